// Round brushes and thick lines, in whole pixels: no blending at the rim unless the brush is soft.

import { boxOf, clipBox } from "./boxes.js";

// How much of the brush reaches a pixel at `distance` from its middle: 0 to 255. `hardness` 1 is a sharp rim.
export function coverage(distance, radius, hardness) {
  if (distance > radius) return 0;
  const core = radius * hardness;
  if (hardness >= 1 || distance <= core) return 255;
  return Math.max(1, Math.round(255 * (1 - (distance - core) / (radius - core))));
}

// A brush thinner than a pixel goes through pixel centres, so that a dot is one pixel and a line has no gaps.
export const thinPoint = ([x, y], radius) => (radius < 1 ? [Math.floor(x) + 0.5, Math.floor(y) + 0.5] : [x, y]);

// Raise `cover` (one byte per pixel) along a segment. Points are in pixels, pixel (i, j) has its centre at (i + ½, j + ½).
// Returns the box that may have changed, or null outside the plane.
export function coverSegment(cover, w, h, from, to, radius, hardness) {
  const [ax, ay] = thinPoint(from, radius);
  const [bx, by] = thinPoint(to, radius);
  const r = Math.max(0.5, radius);
  const box = clipBox(
    boxOf(Math.min(ax, bx) - r, Math.min(ay, by) - r, Math.max(ax, bx) + r, Math.max(ay, by) + r), w, h);
  if (!box) return null;
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = dx * dx + dy * dy;
  const sharp = r * r + 1e-9;
  for (let y = box.y0; y < box.y1; y++) {
    const py = y + 0.5 - ay;
    for (let x = box.x0; x < box.x1; x++) {
      const at = y * w + x;
      if (cover[at] === 255) continue;
      const px = x + 0.5 - ax;
      const along = length2 ? Math.max(0, Math.min(1, (px * dx + py * dy) / length2)) : 0;
      const [ex, ey] = [px - along * dx, py - along * dy];
      const d2 = ex * ex + ey * ey;
      if (d2 > sharp) continue;
      const c = hardness >= 1 ? 255 : coverage(Math.sqrt(d2), r, hardness);
      if (c > cover[at]) cover[at] = c;
    }
  }
  return box;
}

// Lay `value` over `before` as far as `cover` says: a soft brush never piles up within one stroke.
export function layValue(plane, before, cover, value, w, { x0, y0, x1, y1 }) {
  for (let y = y0; y < y1; y++) {
    for (let at = y * w + x0; at < y * w + x1; at++) {
      const c = cover[at];
      if (c) plane[at] = c === 255 ? value : Math.round(before[at] + ((value - before[at]) * c) / 255);
    }
  }
}

// A pen that presses hard is wide; anything else has the radius that was chosen.
export const pressedRadius = (radius, type, pressure) =>
  type === "pen" && pressure > 0 ? Math.max(0.5, radius * Math.min(2, 2 * pressure)) : radius;
