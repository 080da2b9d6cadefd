// The bucket: the connected area around a pixel, on one side of p = ½ or on one side of an outline.

import { boxOf, unionBox } from "./boxes.js";

export const HALF = 128; // codes from here on mean p > ½

// Pixels touch along their sides. What bounds the area is `sides`, the painted plane itself or another mask, which is
// object where it is at least `from`. Returns the box that was filled, or null where nothing is.
export function floodFill(plane, w, h, x, y, value, { sides = plane, from = HALF } = {}) {
  if (x < 0 || y < 0 || x >= w || y >= h) return null;
  const object = sides[y * w + x] >= from;
  const seen = new Uint8Array(w * h);
  const open = at => !seen[at] && sides[at] >= from === object;
  const stack = [y * w + x];
  let box = null;
  while (stack.length) {
    const seed = stack.pop();
    if (!open(seed)) continue;
    const row = Math.floor(seed / w);
    const start = row * w;
    let first = seed;
    let last = seed;
    while (first > start && open(first - 1)) first--;
    while (last < start + w - 1 && open(last + 1)) last++;
    for (const beside of [row > 0 ? -w : 0, row < h - 1 ? w : 0]) {
      if (!beside) continue;
      let inside = false;
      for (let at = first + beside; at <= last + beside; at++) {
        const free = open(at);
        if (free && !inside) stack.push(at); // one seed per run of the next row
        inside = free;
      }
    }
    seen.fill(1, first, last + 1);
    box = unionBox(box, boxOf(first - start, row, last - start + 1, row + 1));
  }
  for (let at = 0; at < seen.length; at++) if (seen[at]) plane[at] = value;
  return box;
}
