// A landscape to touch: colours and contours of a surface over two dials, and a cross that sets them while it is dragged.

import { Axis } from "./axis.js";
import { RAMPS, gradientOf, shade } from "./colours.js";
import { clip, exact, pretty, ticks } from "./format.js";
import { el, icon, say, svg } from "./dom.js";
import { isoline, levelsOf, pathOf } from "./contour.js";
import { planeOf, seg, whenHere } from "./store.js";
import { Sender } from "./sender.js";

const KEYS_REST = 350; // ms after the last key press until a move counts as done
const TRAIL = 12; // settings that are remembered

export class Pad {
  constructor(root) {
    this.root = root;
    this.sender = new Sender(message => this.emit.state("move", message));
    this.trail = [];
    this.canvas = el("canvas", { role: "img" });
    this.lines = svg("path", { class: "contours" });
    this.bold = svg("path", { class: "contours halo-line" });
    this.past = svg("g", { class: "past" });
    this.marks = svg("g", { class: "marks" });
    this.named = svg("g", { class: "named" });
    this.cross = svg("g", { class: "cross" },
      svg("path", { class: "halo" }), svg("path", { class: "line" }), svg("circle", { r: 7, class: "halo" }), svg("circle", { r: 7, class: "ring" }));
    this.over = svg("svg", { "aria-hidden": "true" }, this.bold, this.lines, this.named, this.past, this.marks, this.cross);
    this.plot = el("div", {
      class: "sl-plot", tabindex: 0, role: "application",
      onpointerdown: e => this.press(e), onpointermove: e => this.drag(e), onpointerup: e => this.release(e),
      onpointercancel: e => this.release(e), onpointerleave: () => this.read(null), onkeydown: e => this.key(e),
    }, this.canvas, this.over);
    this.title = el("span", { class: "sl-name" });
    this.unit = el("span", { class: "sl-unit" });
    this.save = el("button", { type: "button", class: "sl-save", title: "Save this picture as PNG", "aria-label": "Save this picture as PNG", onclick: () => this.png() }, icon("save"));
    this.xAxis = el("div", { class: "sl-x" });
    this.yAxis = el("div", { class: "sl-y" });
    this.xName = el("div", { class: "sl-x-name" });
    this.yName = el("div", { class: "sl-y-name" });
    this.bar = el("div", { class: "sl-bar", style: `background:${gradientOf(RAMPS.share)}` });
    this.scale = el("div", { class: "sl-scale" });
    this.says = el("p", { class: "sl-says", "aria-live": "polite" });
    root.replaceChildren(
      el("div", { class: "sl-title" }, this.title, this.unit, this.save),
      el("div", { class: "sl-frame" }, this.yName, this.yAxis, this.plot, this.xAxis, this.xName),
      this.bar, this.scale, this.says);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.plot);
    this.needs = () => (this.head ? [this.head.plane] : []);
    seg.users.add(this.needs);
  }

  end() {
    this.watch.disconnect();
    this.sender.stop();
    this.stopWaiting?.();
    seg.users.delete(this.needs);
    clearTimeout(this.resting);
  }

  tell(head, emit) {
    this.emit = emit;
    const names = `${head.x.name},${head.y.name},${head.title}`;
    const fresh = names !== this.names;
    if (fresh) {
      this.names = names;
      this.sender.drop();
      this.trail = [];
    }
    this.sender.answer(head.n);
    const mine = !fresh && (this.held || this.resting !== undefined || !this.sender.idle); // the hand is ahead of the server
    if (!mine) this.setTo(head.at, !fresh);
    this.head = head;
    const look = `${head.plane},${head.limits}`;
    this.x = new Axis(head.x);
    this.y = new Axis(head.y);
    this.describe(head);
    this.stopWaiting?.();
    const ask = lost => this.emit.trigger("need", lost);
    this.stopWaiting = whenHere([head.plane], () => {
      this.values = planeOf(head.plane).data;
      if (this.painted !== look) this.paint(look);
      this.draw();
      this.root.dataset.state = "fine";
    }, ask);
    this.root.dataset.answered = head.n;
  }

  setTo(at, remember) {
    const same = this.at && at.every((v, i) => v === this.at[i]);
    if (same) return;
    if (this.at && remember) this.trail = [...this.trail, this.at].slice(-TRAIL);
    this.at = [...at];
  }

  describe({ title, unit, x, y, alt, limits, notes }) {
    say(this.title, title);
    say(this.unit, unit ?? "");
    this.canvas.ariaLabel = alt;
    this.plot.ariaLabel = `${alt}. Arrows move the cross, Shift moves it faster.`;
    for (const [node, { symbol, name }] of [[this.xName, x], [this.yName, y]]) {
      const [letter, low] = symbol.split("_");
      const said = letter === name ? [] : ` ${name}`;
      node.replaceChildren(el("b", { class: "sl-symbol" }, letter, ...(low ? [el("sub", { text: low })] : [])), said);
    }
    const mark = (axis, node, side) => node.replaceChildren(...axis.marks.map(({ at, label }) =>
      el("span", { text: label, style: `${side}:${100 * at}%` })));
    mark(this.x, this.xAxis, "left");
    mark(this.y, this.yAxis, "bottom");
    const [lo, hi] = limits;
    const { factor, marks } = ticks(lo, hi);
    this.scale.replaceChildren(...marks.map(({ at, label }) => el("span", {
      text: label, style: `left:${100 * at}%`, class: at < 0.04 ? "first" : at > 0.96 ? "last" : null,
    })));
    say(this.unit, [factor, unit].filter(Boolean).join(" "));
    this.rest = notes.join(" ");
    this.read(null);
  }

  // The colours: one canvas pixel per grid point, enlarged by the browser.
  paint(look) {
    const { w, h, limits } = this.head;
    const [lo, hi] = limits;
    Object.assign(this.canvas, { width: w, height: h });
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(w, h);
    const out = new Uint32Array(image.data.buffer);
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) out[(h - 1 - y) * w + x] = shade(RAMPS.share, lo, hi > lo ? hi : lo + 1, this.values[y * w + x]);
    }
    context.putImageData(image, 0, 0);
    this.painted = look;
    this.segments = levelsOf(lo, hi).map(level => isoline(this.values, w, h, level));
    this.size = null;
  }

  // What lies above the colours, in the plot's own pixels.
  draw() {
    if (!this.values) return;
    const [W, H] = [this.plot.clientWidth, this.plot.clientHeight];
    if (!W || !H) return;
    const { w, h, points, labels } = this.head;
    const across = [W / Math.max(1, w), H / Math.max(1, h)]; // a grid point is the middle of its cell
    if (this.size !== `${W},${H}`) {
      this.size = `${W},${H}`;
      const place = (x, y) => [(x + 0.5) * across[0], H - (y + 0.5) * across[1]];
      const path = this.segments.map(s => pathOf(s, place)).join("");
      this.lines.setAttribute("d", path);
      this.bold.setAttribute("d", path);
      this.named.replaceChildren(...labels.map(({ x, y, text }) =>
        svg("text", {
          x: clip(x * W, 8, W - 8), y: clip((1 - y) * H, 14, H - 8), text,
          "text-anchor": x < 0.3 ? "start" : x > 0.7 ? "end" : "middle",
        })));
    }
    const spot = ([a, b]) => this.spot(a, b, W, H);
    this.past.replaceChildren(...this.trail.map((at, i) => {
      const [x, y] = spot(at);
      return svg("circle", { cx: x, cy: y, r: 3, opacity: (0.25 + (0.6 * (i + 1)) / this.trail.length).toFixed(2) });
    }));
    const taken = []; // boxes of names that are written: of two that would overlap only the first is
    this.marks.replaceChildren(...points.flatMap(({ at, label }) => {
      const [x, y] = spot(at);
      if (x < 0 || x > W || y < 0 || y > H) return [];
      const left = x > 0.6 * W;
      const wide = 6.4 * label.length + 10;
      const box = [left ? x - wide : x, clip(y, 9, H - 5), left ? x : x + wide];
      const clash = taken.some(([x0, y0, x1]) => box[0] < x1 && x0 < box[2] && Math.abs(box[1] - y0) < 15);
      const mark = svg("path", { d: `M${x - 4} ${y}l4 -4l4 4l-4 4z` });
      if (clash) return [mark];
      taken.push(box);
      return [mark, svg("text", { x: x + (left ? -8 : 8), y: box[1] - 6 < 9 ? box[1] + 12 : box[1] - 6, "text-anchor": left ? "end" : "start", text: label })];
    }));
    const [cx, cy] = spot(this.at);
    const inside = cx >= 0 && cx <= W && cy >= 0 && cy <= H;
    const [px, py] = [clip(cx, 0, W), clip(cy, 0, H)];
    const arms = `M0 ${py}H${px - 9}M${px + 9} ${py}H${W}M${px} 0V${py - 9}M${px} ${py + 9}V${H}`;
    const [halo, line, ...rings] = this.cross.children;
    for (const arm of [halo, line]) arm.setAttribute("d", arms);
    for (const ring of rings) {
      ring.setAttribute("cx", px);
      ring.setAttribute("cy", py);
    }
    this.cross.classList.toggle("outside", !inside);
    this.root.dataset.at = this.at.join();
  }

  // From dials to plot pixels: the outermost grid points are half a cell inside.
  spot(a, b, W, H) {
    const { w, h } = this.head;
    return [W * ((this.x.at(a) * (w - 1) + 0.5) / w), H * (1 - (this.y.at(b) * (h - 1) + 0.5) / h)];
  }

  under(e) {
    const r = this.plot.getBoundingClientRect();
    const { w, h } = this.head;
    const part = (t, n) => (n > 1 ? (t * n - 0.5) / (n - 1) : 0.5);
    return [part((e.clientX - r.left) / r.width, w), part(1 - (e.clientY - r.top) / r.height, h)];
  }

  read(at) {
    if (!at || !this.values) {
      say(this.says, this.rest ?? "");
      return;
    }
    const { w, h, x, y, unit } = this.head;
    const column = clip(Math.round(at[0] * (w - 1)), 0, w - 1);
    const row = clip(Math.round(at[1] * (h - 1)), 0, h - 1);
    const v = this.values[row * w + column];
    const [a, b] = [column / Math.max(1, w - 1), row / Math.max(1, h - 1)];
    const here = Number.isNaN(v) ? "undefined here" : `${pretty(v)}${unit ? ` ${unit}` : ""}`;
    say(this.says, `${x.name} = ${pretty(this.x.value(a))}, ${y.name} = ${pretty(this.y.value(b))}: ${here}`);
    this.root.dataset.value = Number.isNaN(v) ? "" : exact(v);
  }

  press(e) {
    if (e.button > 0 || !this.head) return;
    this.plot.setPointerCapture(e.pointerId);
    this.held = true;
    this.trail = [...this.trail, this.at].slice(-TRAIL);
    this.move(...this.under(e), false);
  }

  drag(e) {
    if (!this.head) return;
    const at = this.under(e);
    this.read(at);
    if (this.held) this.move(...at, false);
  }

  release(e) {
    if (!this.held) return;
    this.held = false;
    this.move(...this.under(e), true);
  }

  move(u, v, done) {
    this.want([this.x.value(u), this.y.value(v)], done);
  }

  want(at, done) {
    this.at = at;
    this.draw();
    this.sender.wantAll([[this.head.x.name, at[0]], [this.head.y.name, at[1]]], done);
  }

  key(e) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    e.stopPropagation(); // Streamlit listens to single letters
    if (!steps[e.key] || !this.head) return;
    e.preventDefault();
    const [dx, dy] = steps[e.key];
    const by = axis => Math.max(e.shiftKey ? 0.1 : 0.01, axis.least);
    const next = (axis, v, d) => (d ? axis.value(axis.at(v) + d * by(axis)) : v);
    this.want([next(this.x, this.at[0], dx), next(this.y, this.at[1], dy)], false);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.resting = undefined;
      this.want(this.at, true);
    }, KEYS_REST);
  }

  // The picture with its axes, drawn once more for a file.
  async png() {
    const [W, H, left, bottom, top] = [900, 700, 90, 70, 50];
    const canvas = Object.assign(document.createElement("canvas"), { width: W + left + 30, height: H + bottom + top });
    const c = canvas.getContext("2d");
    c.fillStyle = "#fff";
    c.fillRect(0, 0, canvas.width, canvas.height);
    c.imageSmoothingEnabled = false;
    c.drawImage(this.canvas, left, top, W, H);
    c.strokeStyle = "rgba(255,255,255,.8)";
    const { w, h } = this.head;
    const place = (x, y) => [left + (x + 0.5) * (W / w), top + H - (y + 0.5) * (H / h)];
    for (const s of this.segments) c.stroke(new Path2D(pathOf(s, place)));
    c.fillStyle = "#111";
    c.font = "18px sans-serif";
    c.textAlign = "center";
    for (const { at, label } of this.x.marks) c.fillText(label, left + at * W, top + H + 26);
    c.fillText(this.head.x.name, left + W / 2, top + H + 56);
    c.fillText(`${this.head.title} (${pretty(this.head.limits[0])} to ${pretty(this.head.limits[1])}${this.head.unit ? ` ${this.head.unit}` : ""})`, left + W / 2, 32);
    c.textAlign = "right";
    for (const { at, label } of this.y.marks) c.fillText(label, left - 10, top + (1 - at) * H + 6);
    c.save();
    c.translate(24, top + H / 2);
    c.rotate(-Math.PI / 2);
    c.textAlign = "center";
    c.fillText(this.head.y.name, 0, 0);
    c.restore();
    const [x, y] = this.spot(...this.at, W, H);
    c.lineWidth = 2;
    c.strokeStyle = "#ffd43b";
    c.beginPath();
    c.arc(left + x, top + y, 9, 0, 2 * Math.PI);
    c.stroke();
    const blob = await new Promise(done => canvas.toBlob(done, "image/png"));
    const link = el("a", { href: URL.createObjectURL(blob), download: `${this.head.file}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}
