// Where a picture is looked at. Pure: no element, no event.
// A frame is the picture with the margins that its panel adds; a view {z, x, y} shows 1/z of the frame from (x, y) on.

import { clip } from "./format.js";

const FLATTEST = 0.4;
const TALLEST = 1.6;
const FEWEST = 6; // pixels across at the strongest zoom

export const HOME = { z: 1, x: 0, y: 0 };

export function frameOf(w, h) {
  const ratio = clip(h / w, FLATTEST, TALLEST);
  const width = Math.max(w, h / ratio);
  return { w, h, ratio, width, height: width * ratio };
}

// Along one axis: inside the picture, or in the middle where the picture is smaller than the window.
const settle = (at, seen, size) => (seen >= size ? (size - seen) / 2 : clip(at, 0, size - seen));

export function settled(frame, { z, x, y }) {
  const zoom = clip(z, 1, Math.max(1, frame.width / FEWEST));
  return { z: zoom, x: settle(x, frame.width / zoom, frame.w), y: settle(y, frame.height / zoom, frame.h) };
}

// u and v run from 0 to 1 across a panel.
export const placeAt = (frame, view, u, v) => [
  view.x + (u * frame.width) / view.z,
  view.y + (v * frame.height) / view.z,
];

export const panelAt = (frame, view, x, y) => [
  ((x - view.x) * view.z) / frame.width,
  ((y - view.y) * view.z) / frame.height,
];

export function zoomed(frame, view, factor, u = 0.5, v = 0.5) {
  const [x, y] = placeAt(frame, view, u, v);
  const { z } = settled(frame, { ...view, z: view.z * factor });
  return settled(frame, { z, x: x - (u * frame.width) / z, y: y - (v * frame.height) / z });
}

export function moved(frame, view, du, dv) {
  const x = view.x - (du * frame.width) / view.z;
  const y = view.y - (dv * frame.height) / view.z;
  return settled(frame, { ...view, x, y });
}

// The nearest view that shows the pixel.
export function revealing(frame, view, x, y) {
  const follow = (from, seen, at) => clip(from, at + 1 - seen, at);
  const nx = follow(view.x, frame.width / view.z, x);
  const ny = follow(view.y, frame.height / view.z, y);
  return settled(frame, { ...view, x: nx, y: ny });
}

// How many samples per axis a screen pixel needs to see every pixel that it covers.
export const samplesFor = (frame, view, W, most = 8) =>
  clip(Math.ceil(frame.width / view.z / W - 1e-6), 1, most);

// Where to sample for W × H screen pixels, K × K samples each; the stretch that shows the picture is [x0, x1) × [y0, y1).
export function sampleGrid(frame, view, W, H, K) {
  const axis = (size, from, seen, S) => {
    const step = seen / S;
    const at = new Int32Array(S * K);
    for (let i = 0; i < S * K; i++) at[i] = clip(Math.floor(from + ((i + 0.5) / K) * step), 0, size - 1);
    const first = clip(Math.ceil(-from / step - 0.5), 0, S);
    const end = clip(Math.ceil((size - from) / step - 0.5), 0, S);
    return [at, first, end];
  };
  const [xs, x0, x1] = axis(frame.w, view.x, frame.width / view.z, W);
  const [ys, y0, y1] = axis(frame.h, view.y, frame.height / view.z, H);
  return { W, H, K, xs, ys, x0, x1, y0, y1 };
}
