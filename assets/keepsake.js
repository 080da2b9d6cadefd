// A painted document survives a reload in the tab's own storage, until the tab is closed. Nobody else can read it.

import { bytesOfLatin1, deflate, latin1 } from "./stroke_codec.js";
import { inflate } from "./codec.js";

const keyOf = name => `segloss.painted.${name}`;

// Says whether there was room.
function write(name, record) {
  try {
    sessionStorage.setItem(keyOf(name), JSON.stringify(record));
    return true;
  } catch {
    return false; // full, or storage is switched off
  }
}

export async function keepPainted(name, { plane, w, h, outbox }) {
  const n = outbox.n;
  const codes = latin1(await deflate(plane.slice()));
  if (n === outbox.n) return write(name, { w, h, codes, packed: true });
  return true; // painted on meanwhile: the later call keeps it
}

// While the page is being left nothing may be awaited.
export const keepAtOnce = (name, { plane, w, h }) => write(name, { w, h, codes: latin1(plane), packed: false });

export async function recallPainted(name, w, h) {
  try {
    const record = JSON.parse(sessionStorage.getItem(keyOf(name)));
    if (!record || record.w !== w || record.h !== h) return null;
    const bytes = bytesOfLatin1(record.codes);
    const codes = record.packed ? await inflate(bytes) : bytes;
    return codes.length === w * h ? codes : null;
  } catch {
    return null;
  }
}

export function forgetPainted(name) {
  try {
    sessionStorage.removeItem(keyOf(name));
  } catch {
    // storage is switched off: there is nothing to forget
  }
}
