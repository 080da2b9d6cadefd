// One of two predictions in the comparison: its picture, and above it the outline of where the two disagree.

import { PanelView } from "./panel.js";
import { RAMPS } from "./colours.js";
import { OUTSIDE, TN, TP } from "./levels.js";
import { edgesOf } from "./outline.js";
import { paintExtreme, paintReal } from "./paint.js";
import { sampleGrid } from "./view.js";
import { el } from "./dom.js";

const INNER = 0xffffffff; // a white rim with a black one around it is seen on every colour
const OUTER = 0xff000000;

export class Side {
  constructor(panel) {
    this.panel = panel;
    this.picture = new PanelView(panel);
    this.marks = el("canvas", { "aria-hidden": "true", class: "sl-marks" });
    this.picture.canvas.after(this.marks);
  }

  tell(panel) {
    this.panel = panel;
    this.picture.tell(panel);
  }

  // `values` by the grid; a prediction by means, a map by what is largest.
  paint(values, width, grid) {
    const { kind, limits } = this.panel;
    const out = this.picture.sized(grid.W, grid.H);
    if (kind === "prediction") paintReal(out, grid, values, width);
    else paintExtreme(out, grid, values, width, RAMPS[kind], limits);
    this.picture.show();
    this.picture.measure(limits);
  }
}

// The rims of a mask's regions at the resolution of the screen, as pixels to put on a canvas.
export function rimsOf(mask, width, frame, view, W, H, thick) {
  const { xs, ys, x0, x1, y0, y1 } = sampleGrid(frame, view, W, H, 1);
  const [here, rest] = [new Uint8Array(W * H).fill(OUTSIDE), new Uint8Array(W * H).fill(OUTSIDE)];
  for (let j = y0; j < y1; j++) {
    for (let i = x0; i < x1; i++) {
      const inside = mask[ys[j] * width + xs[i]] > 0;
      here[j * W + i] = inside ? TP : TN;
      rest[j * W + i] = inside ? TN : TP;
    }
  }
  const words = new Uint32Array(W * H);
  for (const at of edgesOf(rest, W, H, thick).at) words[at] = OUTER;
  for (const at of edgesOf(here, W, H, thick).at) words[at] = INNER;
  return words;
}
