// Rectangles of a plane, [x0, x1) × [y0, y1): what a stroke changed, what is redrawn, what travels.

export const boxOf = (x0, y0, x1, y1) => ({ x0, y0, x1, y1 });
export const wholeBox = (w, h) => boxOf(0, 0, w, h);
export const boxArea = box => (box ? Math.max(0, box.x1 - box.x0) * Math.max(0, box.y1 - box.y0) : 0);

// The part inside a w × h plane with whole ends, or null.
export function clipBox({ x0, y0, x1, y1 }, w, h) {
  const box = boxOf(
    Math.max(0, Math.floor(x0)), Math.max(0, Math.floor(y0)), Math.min(w, Math.ceil(x1)), Math.min(h, Math.ceil(y1)));
  return box.x0 < box.x1 && box.y0 < box.y1 ? box : null;
}

export function unionBox(a, b) {
  if (!a || !b) return a ?? b ?? null;
  return boxOf(Math.min(a.x0, b.x0), Math.min(a.y0, b.y0), Math.max(a.x1, b.x1), Math.max(a.y1, b.y1));
}

export function cutBox(plane, w, { x0, y0, x1, y1 }) {
  const out = new Uint8Array((x1 - x0) * (y1 - y0));
  for (let y = y0, at = 0; y < y1; y++, at += x1 - x0) out.set(plane.subarray(y * w + x0, y * w + x1), at);
  return out;
}

export function putBox(plane, w, { x0, y0, x1, y1 }, bytes) {
  for (let y = y0, at = 0; y < y1; y++, at += x1 - x0) plane.set(bytes.subarray(at, at + x1 - x0), y * w + x0);
}

// The smallest box that holds every difference inside `within`, or null: what really changed.
export function changedBox(before, after, w, within) {
  let found = null;
  for (let y = within.y0; y < within.y1; y++) {
    let first = y * w + within.x0;
    let last = y * w + within.x1 - 1;
    while (first <= last && before[first] === after[first]) first++;
    if (first > last) continue;
    while (before[last] === after[last]) last--;
    found = unionBox(found, boxOf(first - y * w, y, last - y * w + 1, y + 1));
  }
  return found;
}
