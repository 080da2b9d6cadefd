// A change of the document as a message, and the check sum that proves both sides hold the same plane.

import { boxArea, cutBox, wholeBox } from "./boxes.js";

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

// CRC-32 as zlib computes it.
export function crc32(bytes) {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = CRC[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

export async function deflate(bytes) {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

export function latin1(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode.apply(null, bytes.subarray(i, i + 32768));
  return text;
}

export const bytesOfLatin1 = text => Uint8Array.from(text, c => c.charCodeAt(0));

// A bit for each pixel of the box that differs from `known`, then the codes of those pixels. Grey noise beside a stroke
// costs nothing.
export function markedChanges(plane, known, w, box) {
  const [now, then] = [cutBox(plane, w, box), cutBox(known, w, box)];
  const marks = new Uint8Array((now.length + 7) >> 3);
  const codes = [];
  for (let i = 0; i < now.length; i++) {
    if (now[i] === then[i]) continue;
    marks[i >> 3] |= 1 << (i & 7);
    codes.push(now[i]);
  }
  const out = new Uint8Array(marks.length + codes.length);
  out.set(marks);
  out.set(codes, marks.length);
  return out;
}

// What changed inside the box since the plane `known`, which the server confirmed at its step `from`; or the whole plane
// where that is smaller, or where nothing is known. The box covers all steps since, so a message that was lost does no harm.
export async function strokeMessage({ doc, plane, known, w, h, box, from, n, step }) {
  const all = wholeBox(w, h);
  // All before anything is awaited: the plane may be painted on meanwhile.
  const sum = crc32(plane);
  const choices = [];
  if (known) choices.push({ at: box, from, bytes: markedChanges(plane, known, w, box) });
  if (!known || boxArea(box) === boxArea(all)) choices.unshift({ at: all, from: -1, bytes: plane.slice() });
  const packed = await Promise.all(choices.map(async choice => ({ ...choice, z: await deflate(choice.bytes) })));
  const best = packed.reduce((a, b) => (b.z.length < a.z.length ? b : a));
  const { x0, y0, x1, y1 } = best.at;
  return { doc, n, sum, step, size: [w, h], from: best.from, box: [x0, y0, x1, y1], z: btoa(latin1(best.z)) };
}
