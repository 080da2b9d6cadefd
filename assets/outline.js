// Outlines of true positives, false positives and false negatives, at the resolution of the screen.

import { IGNORED_MARK, OUTSIDE, SKIPPED, TN, verdict } from "./levels.js";
import { wordOf } from "./colours.js";

// Told apart also without red-green vision, and seen on dark and on white.
export const OUTLINE_COLOURS = { TP: "#00b884", FP: "#ff6a13", FN: "#2b8cff" };

const WORDS = Uint32Array.of(0, ...["TP", "FP", "FN"].map(name => wordOf(OUTLINE_COLOURS[name])), 0);

// The verdict at the middle of every screen pixel. `grid` has one sample per pixel.
export function verdictsOfCodes({ W, H, xs, ys, x0, x1, y0, y1 }, codes, width, table) {
  const here = new Uint8Array(W * H).fill(OUTSIDE);
  for (let j = y0; j < y1; j++) {
    const row = ys[j] * width;
    for (let i = x0; i < x1; i++) here[j * W + i] = table[codes[row + xs[i]]];
  }
  return here;
}

export function verdictsOfPlanes({ W, H, xs, ys, x0, x1, y0, y1 }, p, y, width, threshold) {
  const here = new Uint8Array(W * H).fill(OUTSIDE);
  for (let j = y0; j < y1; j++) {
    const row = ys[j] * width;
    for (let i = x0; i < x1; i++) {
      const at = row + xs[i];
      here[j * W + i] = y[at] === IGNORED_MARK ? SKIPPED : verdict(p[at], y[at], threshold);
    }
  }
  return here;
}

// Screen pixels of a region that have another region within `thick` pixels; the picture's own border is no edge.
export function edgesOf(here, W, H, thick = 1) {
  const at = [];
  const other = (mine, i) => here[i] !== mine && here[i] !== OUTSIDE;
  for (let y = 0; y < H; y++) {
    for (let x = 0; x < W; x++) {
      const i = y * W + x;
      const mine = here[i];
      if (mine === TN || mine === OUTSIDE || mine === SKIPPED) continue;
      for (let d = 1; d <= thick; d++) {
        if (
          (x >= d && other(mine, i - d)) ||
          (x + d < W && other(mine, i + d)) ||
          (y >= d && other(mine, i - d * W)) ||
          (y + d < H && other(mine, i + d * W))
        ) {
          at.push(i);
          break;
        }
      }
    }
  }
  return { at: Uint32Array.from(at), words: Uint32Array.from(at, i => WORDS[here[i]]) };
}

export function drawEdges(out, { at, words }) {
  for (let i = 0; i < at.length; i++) out[at[i]] = words[i];
}
