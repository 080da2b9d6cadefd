// Grow, shrink, soften and invert a whole plane. Growing takes the largest of a pixel and its four neighbours: every
// set of pixels above a level, the object at p > ½ among them, grows by one pixel.

function fromNeighbours(plane, w, h, choose) {
  const out = new Uint8Array(plane.length);
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++, at++) {
      let v = plane[at];
      if (x > 0) v = choose(v, plane[at - 1]);
      if (x < w - 1) v = choose(v, plane[at + 1]);
      if (y > 0) v = choose(v, plane[at - w]);
      if (y < h - 1) v = choose(v, plane[at + w]);
      out[at] = v;
    }
  }
  return out;
}

export const grown = (plane, w, h) => fromNeighbours(plane, w, h, (a, b) => (a > b ? a : b));
export const shrunk = (plane, w, h) => fromNeighbours(plane, w, h, (a, b) => (a < b ? a : b));
export const inverted = plane => plane.map(v => 255 - v);

// Weights 1 2 1 along both axes, the border repeated; rounded once.
export function softened(plane, w, h) {
  const rows = new Uint16Array(plane.length);
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++, at++) {
      rows[at] = plane[x > 0 ? at - 1 : at] + 2 * plane[at] + plane[x < w - 1 ? at + 1 : at];
    }
  }
  const out = new Uint8Array(plane.length);
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++, at++) {
      out[at] = (rows[y > 0 ? at - w : at] + 2 * rows[at] + rows[y < h - 1 ? at + w : at] + 8) >> 4;
    }
  }
  return out;
}
