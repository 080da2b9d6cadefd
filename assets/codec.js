// Bytes from the server: a u32 header length, a JSON header, padding to 8, a body.

import { IGNORED } from "./levels.js";

export function unpack(data) {
  // `data` is a view into a larger message and starts at any offset.
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
  return { head, body: data.subarray((4 + length + 7) & ~7) };
}

export async function inflate(packed) {
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

// A copy, because a float view needs an aligned start.
export const floats = bytes => new Float32Array(bytes.slice().buffer);

// Codes come as a byte of grey per pixel, then one bit of target per pixel; where some are ignored, then one bit of that.
// The greys of those are kept: a prediction is seen where it counts for nothing, too.
export function joinCodes(body, count) {
  const bits = body.subarray(count);
  const length = (count + 7) >> 3;
  const skipped = bits.length >= 2 * length ? bits.subarray(length) : null;
  const codes = new Uint16Array(count);
  const seen = new Uint32Array(IGNORED + 1);
  for (let i = 0; i < count; i++) {
    const bit = plane => (plane[i >> 3] >> (i & 7)) & 1;
    const code = skipped && bit(skipped) ? IGNORED : body[i] | (bit(bits) << 8);
    codes[i] = code;
    seen[code]++;
  }
  return { data: codes, counts: seen, greys: skipped && body.slice(0, count) };
}

// Colours are kept as the 32-bit words that a canvas holds.
export function joinColours(body, count) {
  const words = new Uint32Array(count);
  for (let i = 0, j = 0; i < count; i++, j += 3) {
    words[i] = (body[j] | (body[j + 1] << 8) | (body[j + 2] << 16) | 0xff000000) >>> 0;
  }
  return { data: words };
}

export function decodePlane(kind, w, h, body) {
  const count = w * h;
  const decoders = {
    code: () => joinCodes(body, count),
    rgb: () => joinColours(body, count),
    grey: () => ({ data: body.slice(0, count) }),
    f32: () => ({ data: floats(body.subarray(0, 4 * count)) }),
  };
  return { kind, w, h, ...decoders[kind]() };
}
