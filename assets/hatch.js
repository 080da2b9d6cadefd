// Pixels that count nowhere are hatched in greys that no map holds: a screen pixel is, where all that it covers is ignored.

import { word } from "./colours.js";

const STRIPE = 4; // CSS pixels: the width of a stripe
export const STRIPES = [word(124, 124, 124), word(158, 158, 158)];

export function paintHatch(out, { W, K, xs, ys, x0, x1, y0, y1 }, marks, width, ignored) {
  const band = Math.max(2, Math.round(STRIPE * (globalThis.devicePixelRatio ?? 1)));
  for (let j = y0; j < y1; j++) {
    for (let i = x0; i < x1; i++) {
      let all = true;
      for (let v = j * K; all && v < j * K + K; v++) {
        const row = ys[v] * width;
        for (let u = i * K; all && u < i * K + K; u++) all = marks[row + xs[u]] === ignored;
      }
      if (all) out[j * W + i] = STRIPES[Math.floor((i + j) / band) & 1];
    }
  }
}
