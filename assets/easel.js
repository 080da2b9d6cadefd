// The picture that is painted on: the document's canvas, whose pixels are the document's, with the image as onion skin
// and the outline of the other mask above it. Zoom and pan move the canvases; only painted rectangles are redrawn.

import { HOME, frameOf, moved, panelAt, placeAt, revealing, sampleGrid, settled, zoomed } from "./view.js";
import { IGNORED_MARK, OUTSIDE, TN, TP } from "./levels.js";
import { clipBox, unionBox, wholeBox } from "./boxes.js";
import { drawEdges, edgesOf } from "./outline.js";
import { OPEN_STRIPES, paintHatch } from "./hatch.js";
import { el, svg } from "./dom.js";

const greyWord = code => (0xff000000 | (code * 0x10101)) >>> 0;

export class Easel {
  constructor(label) {
    this.view = HOME;
    this.paper = el("canvas", { role: "img", "aria-label": label, class: "sl-paper" });
    this.image = el("canvas", { "aria-hidden": "true", class: "sl-onion" });
    this.edges = el("canvas", { "aria-hidden": "true", class: "sl-edges" });
    this.ghostHalo = svg("path", { class: "halo" });
    this.ghost = svg("path", { class: "line" });
    this.over = svg("svg", { "aria-hidden": "true" }, this.ghostHalo, this.ghost);
    this.pic = el("div", { class: "sl-pic sl-easel" }, this.paper, this.image, this.edges, this.over);
  }

  // A document of another size, or the first.
  lay(w, h) {
    Object.assign(this, { w, h, frame: frameOf(w, h) });
    for (const canvas of [this.paper, this.image]) Object.assign(canvas, { width: w, height: h });
    for (const canvas of [this.paper, this.image]) Object.assign(canvas.style, { width: `${w}px`, height: `${h}px` });
    this.pic.style.aspectRatio = `1 / ${this.frame.ratio}`;
    this.pic.style.setProperty("--ratio", this.frame.ratio);
    this.words = null;
    this.look(HOME);
  }

  // ---- the layers ----

  showImage(plane) {
    this.image.hidden = !plane;
    if (!plane) return;
    const data = new ImageData(this.w, this.h);
    const out = new Uint32Array(data.data.buffer);
    for (let i = 0; i < out.length; i++) out[i] = plane.kind === "rgb" ? plane.data[i] : greyWord(plane.data[i]);
    this.image.getContext("2d").putImageData(data, 0, 0);
  }

  showOutline(mask, cut) {
    Object.assign(this, { mask, cut });
    this.traced = "";
    this.place();
  }

  // `marks` say where a pixel is ignored; null where all count.
  showIgnored(marks) {
    if (marks === this.marks) return;
    this.marks = marks;
    this.traced = "";
    this.place();
  }

  // The rectangle is redrawn with the next frame of the screen.
  touch(plane, box = wholeBox(this.w, this.h)) {
    this.plane = plane;
    this.dirty = unionBox(this.dirty, box);
    this.frameAt ??= requestAnimationFrame(() => this.flush());
  }

  flush() {
    this.frameAt = undefined;
    const box = this.dirty && clipBox(this.dirty, this.w, this.h);
    this.dirty = null;
    if (!box) return;
    this.context ??= this.paper.getContext("2d", { willReadFrequently: true });
    this.data = this.words ? this.data : new ImageData(this.w, this.h);
    this.words ??= new Uint32Array(this.data.data.buffer);
    for (let y = box.y0; y < box.y1; y++) {
      for (let at = y * this.w + box.x0; at < y * this.w + box.x1; at++) this.words[at] = greyWord(this.plane[at]);
    }
    this.context.putImageData(this.data, 0, 0, box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0);
  }

  // ---- where it is looked at ----

  get scale() {
    return this.frame ? (this.pic.clientWidth * this.view.z) / this.frame.width : 1; // CSS px a pixel
  }

  pixel(u, v) {
    return placeAt(this.frame, this.view, u, v);
  }

  look(view) {
    const next = settled(this.frame, view);
    const changed = ["z", "x", "y"].some(k => next[k] !== this.view[k]);
    this.view = next;
    this.place();
    return changed;
  }

  zoom = (factor, u, v) => this.look(zoomed(this.frame, this.view, factor, u, v));
  pan = (du, dv) => this.look(moved(this.frame, this.view, du, dv));
  home = () => this.look(HOME);
  reveal = (x, y) => this.look(revealing(this.frame, this.view, x, y));

  place() {
    if (!this.frame || !this.pic.clientWidth) return;
    const { scale, view } = this;
    const transform = `translate(${-view.x * scale}px, ${-view.y * scale}px) scale(${scale})`;
    for (const canvas of [this.paper, this.image]) {
      canvas.style.transform = transform;
      canvas.style.imageRendering = scale >= 1 ? "pixelated" : "auto";
    }
    this.trace();
    this.draw();
  }

  // The outline at the resolution of the screen.
  trace() {
    const { mask, frame, view, pic } = this;
    const W = Math.max(1, Math.round(pic.clientWidth * devicePixelRatio));
    const H = Math.max(1, Math.round(W * frame.ratio));
    const stamp = [W, H, view.z, view.x, view.y].join();
    this.edges.hidden = !mask && !this.marks;
    if (this.edges.hidden || stamp === this.traced) return;
    this.traced = stamp;
    Object.assign(this.edges, { width: W, height: H });
    const grid = sampleGrid(frame, view, W, H, 1);
    const data = new ImageData(W, H);
    const words = new Uint32Array(data.data.buffer);
    if (this.marks) paintHatch(words, grid, this.marks, this.w, IGNORED_MARK, OPEN_STRIPES);
    if (mask) this.traceMask(words, grid);
    this.edges.getContext("2d").putImageData(data, 0, 0);
  }

  traceMask(words, { W, H, xs, ys, x0, x1, y0, y1 }) {
    const { mask } = this;
    const here = new Uint8Array(W * H).fill(OUTSIDE);
    for (let j = y0; j < y1; j++) {
      for (let i = x0; i < x1; i++) here[j * W + i] = mask[ys[j] * this.w + xs[i]] >= this.cut ? TP : TN;
    }
    drawEdges(words, edgesOf(here, W, H, Math.max(1, Math.round(devicePixelRatio))));
  }

  // ---- the ghost: what a tool is about to do, {points, closed} and {at, radius}, in pixels ----

  hint(ghost) {
    this.wanted = ghost;
    this.draw();
  }

  draw() {
    const { points = [], closed, at, radius, cross } = this.wanted ?? {};
    const { clientWidth: W, clientHeight: H } = this.pic;
    const spot = ([x, y]) => panelAt(this.frame, this.view, x, y).map((part, i) => (part * (i ? H : W)).toFixed(1));
    let path = points.length ? `M${points.map(p => spot(p).join(" ")).join("L")}${closed ? "Z" : ""}` : "";
    if (at) {
      const [x, y] = spot(at).map(Number);
      const r = Math.max(1.5, radius * this.scale);
      path += `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
      if (cross) path += `M${x} 0V${y - r - 4}M${x} ${y + r + 4}V${H}M0 ${y}H${x - r - 4}M${x + r + 4} ${y}H${W}`;
    }
    this.ghost.setAttribute("d", path);
    this.ghostHalo.setAttribute("d", path);
  }
}
