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

// The box deflated, or the whole plane where that is smaller. `from` is the step that the server has confirmed: the box
// holds all that changed since, so a message that was lost on the way does no harm.
export async function strokeMessage({ doc, plane, w, h, box, from, n, step, whole = false }) {
  const all = wholeBox(w, h);
  // Before anything is awaited: the plane may be painted on meanwhile.
  const sum = crc32(plane);
  const choices = [whole ? all : box, ...(!whole && 2 * boxArea(box) > boxArea(all) ? [all] : [])];
  const parts = choices.map(choice => ({ choice, bytes: cutBox(plane, w, choice) }));
  const packed = await Promise.all(parts.map(async part => ({ ...part, z: await deflate(part.bytes) })));
  const { choice, z } = packed.reduce((best, part) => (part.z.length < best.z.length ? part : best));
  return {
    doc, n, sum, step, size: [w, h], from: boxArea(choice) === boxArea(all) ? -1 : from,
    box: [choice.x0, choice.y0, choice.x1, choice.y1], z: btoa(latin1(z)),
  };
}
