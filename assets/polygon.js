// Fill a polygon: the pixels whose centres lie inside, by the even-odd rule.

import { boxOf, clipBox, unionBox } from "./boxes.js";

export function fillPolygon(plane, w, h, points, value) {
  if (points.length < 3) return null;
  const ys = points.map(([, y]) => y);
  const reach = clipBox(boxOf(0, Math.min(...ys), w, Math.max(...ys) + 1), w, h);
  let box = null;
  for (let y = reach?.y0 ?? 0; y < (reach?.y1 ?? 0); y++) {
    const middle = y + 0.5;
    const cuts = [];
    points.forEach(([bx, by], i) => {
      const [ax, ay] = points[(i || points.length) - 1];
      if (ay <= middle !== by <= middle) cuts.push(ax + ((middle - ay) / (by - ay)) * (bx - ax));
    });
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const first = Math.max(0, Math.ceil(cuts[i] - 0.5));
      const end = Math.min(w, Math.ceil(cuts[i + 1] - 0.5));
      if (first >= end) continue;
      plane.fill(value, y * w + first, y * w + end);
      box = unionBox(box, boxOf(first, y, end, y + 1));
    }
  }
  return box;
}

// A rectangle with two corner pixels, both inside it.
export function fillRectangle(plane, w, h, [ax, ay], [bx, by], value) {
  const floor = Math.floor;
  const box = clipBox(boxOf(
    Math.min(floor(ax), floor(bx)), Math.min(floor(ay), floor(by)),
    Math.max(floor(ax), floor(bx)) + 1, Math.max(floor(ay), floor(by)) + 1), w, h);
  for (let y = box?.y0 ?? 0; y < (box?.y1 ?? 0); y++) plane.fill(value, y * w + box.x0, y * w + box.x1);
  return box;
}
