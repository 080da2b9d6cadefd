// Two predictions of one target under one view and one crosshair: one over the other with a divider, or side by side.

import { Divider } from "./divider.js";
import { Side, rimsOf } from "./side.js";
import { Sight } from "./sight.js";
import { VersusBar } from "./versus_bar.js";
import { planeOf, seg, whenHere } from "./store.js";
import { sampleGrid, samplesFor } from "./view.js";
import { el, say } from "./dom.js";
import { exact, pretty } from "./format.js";
import { watchKeys, watchPointer } from "./gestures.js";

const REFINED = 160; // ms of rest until a draft is drawn with every pixel

seg.versus ??= { part: 0.5, beside: false, marks: true }; // how it is looked at, as long as the tab lives

export class Versus {
  constructor(root) {
    Object.assign(this, { root, hand: seg.versus, sides: [] });
    this.bar = new VersusBar({
      plane: name => name !== this.data.plane && this.emit.trigger("plane", name),
      beside: beside => this.take({ beside }),
      marks: () => this.take({ marks: !this.hand.marks }),
      zoom: factor => this.sight.zoom(factor),
      home: () => this.sight.home(),
    });
    this.sight = new Sight(() => this.request());
    this.divider = new Divider(part => this.take({ part }));
    this.row = el("div", { class: "sl-row" });
    this.cells = el("dl", { class: "sl-cells" });
    this.spoken = el("span", { class: "sl-hidden", "aria-live": "polite" });
    this.legend = el("p", { class: "sl-says" });
    this.stage = el("div", {
      class: "sl-stage", tabindex: 0, role: "group",
      "aria-label": "Predictions A and B. Arrows move the crosshair, plus and minus zoom, 0 resets, O switches the outline " +
        "of where they disagree.",
    }, this.row, el("div", { class: "sl-beside" }, el("div", { class: "sl-readout" }, this.cells, this.spoken), this.legend));
    root.replaceChildren(this.bar.root, this.stage);
    const act = {
      hover: (u, v) => this.sight.hover(u, v),
      leave: () => this.sight.point(null),
      pan: (du, dv) => this.sight.pan(du, dv),
      zoom: (f, u, v) => this.sight.zoom(f, u, v),
      click: (u, v) => this.sight.hover(u, v),
      home: () => this.sight.home(),
      step: (dx, dy) => {
        this.aloud = true;
        this.sight.step(dx, dy);
      },
      outlines: () => this.take({ marks: !this.hand.marks }),
      pinHere: () => {},
      unpin: () => this.sight.point(null),
    };
    watchPointer(this.stage, act);
    watchKeys(this.stage, act);
    this.watch = new ResizeObserver(() => this.request());
    this.watch.observe(root);
    this.needs = () => this.digests ?? [];
    seg.users.add(this.needs);
  }

  end() {
    this.ended = true;
    this.watch.disconnect();
    this.stopWaiting?.();
    seg.users.delete(this.needs);
    clearTimeout(this.later);
    cancelAnimationFrame(this.frameAt);
  }

  tell(data, emit) {
    this.emit = emit;
    if (data === this.told) return; // the same message again, for a theme
    this.told = data;
    this.root.dataset.state = "waiting";
    this.digests = [...data.planes, data.marks, data.pair, data.target].filter(Boolean);
    this.stopWaiting?.();
    this.stopWaiting = whenHere(this.digests, () => this.adopt(data), lost => emit.trigger("need", lost));
  }

  adopt(data) {
    if (this.ended) return;
    const before = this.data;
    this.data = data;
    this.sight.of(data.size);
    const [a, b] = data.planes.map(digest => planeOf(digest).data);
    this.values = [a, b];
    if (data.plane === "difference") this.values = [a.map((v, i) => v - b[i])];
    this.held = [a, b];
    if (before?.plane !== data.plane) this.sides = data.panels.map(panel => new Side(panel));
    data.panels.forEach((panel, i) => this.sides[i].tell(panel));
    this.stamp = this.rimmed = "";
    this.layCells();
    this.lay();
  }

  // ---- what is where ----

  take(wish) {
    Object.assign(this.hand, wish);
    if (!this.data) return;
    if ("part" in wish) this.divide();
    else this.lay();
  }

  lay() {
    const { sides, hand, row, divider } = this;
    const [left, right] = sides;
    const one = !right || !hand.beside;
    for (const { picture, marks } of sides) {
      picture.pic.style.aspectRatio = `1 / ${this.sight.frame.ratio}`;
      picture.canvas.style.clipPath = "";
      picture.pic.prepend(picture.canvas, marks); // home, from wherever it lay
    }
    divider.root.remove();
    if (one && right) {
      left.picture.canvas.after(right.picture.canvas, left.marks); // B lies on A, cut off at the divider
      left.picture.pic.append(divider.root);
    }
    for (const side of sides) {
      const [name, both] = [side.panel.name, sides.map(({ panel }) => panel.name).join("  |  ")];
      say(side.picture.title, one && right ? both : name);
    }
    row.style.setProperty("--n", one ? 1 : 2);
    this.stage.classList.toggle("one", one);
    row.replaceChildren(...(one ? [left] : sides).map(({ picture }) => picture.root));
    this.root.dataset.layout = one ? (right ? "swipe" : "one") : "beside";
    this.stamp = this.rimmed = "";
    this.divide();
    this.request();
  }

  divide() {
    const [, right] = this.sides;
    const { part, beside } = this.hand;
    this.divider.show(part);
    this.root.dataset.part = part;
    if (right) right.picture.canvas.style.clipPath = beside ? "" : `inset(0 0 0 ${100 * part}%)`;
  }

  layCells() {
    const { plane, unit } = this.data;
    const what = { prediction: "p", gradient: "∂L/∂z" }[plane] ?? `share${unit ? `, ${unit}` : ""}`;
    const names = ["x, y", "target", `A: ${what}`, `B: ${what}`, "A − B"];
    this.facts = names.map(() => el("dd", { text: "–" }));
    this.cells.replaceChildren(...names.map((name, i) => el("div", {}, el("dt", { text: name }), this.facts[i])));
    say(this.legend, this.data.says);
  }

  // ---- drawing: at most once a frame, a draft first where many pixels fall on one ----

  request() {
    if (this.frameAt) return;
    this.frameAt = requestAnimationFrame(() => {
      this.frameAt = 0;
      this.draw(false);
    });
  }

  draw(fine) {
    const { data, sight, sides, hand, root } = this;
    if (!data || this.ended || !root.clientWidth) return;
    const { pic } = sides[0].picture;
    const W = Math.max(1, Math.round(pic.clientWidth * devicePixelRatio));
    const H = Math.max(1, Math.round(W * sight.frame.ratio));
    const { z, x, y } = sight.view;
    const seen = [W, H, z, x, y].join();
    const full = samplesFor(sight.frame, sight.view, W);
    const rough = full > 1 && !fine && this.stamp !== seen;
    const K = rough ? 1 : full;
    if (this.stamp !== seen) {
      const grid = sampleGrid(sight.frame, sight.view, W, H, K);
      sides.forEach((side, i) => side.paint(this.values[i], data.size[0], grid));
      if (!rough) this.stamp = seen;
    }
    clearTimeout(this.later);
    if (rough) this.later = setTimeout(() => this.draw(true), REFINED);
    for (const { picture } of sides) picture.pic.classList.toggle("near", z > 1);
    this.outline(W, H, seen);
    this.bar.show(data.plane, hand, data.marks, z);
    this.mark();
    Object.assign(root.dataset, { plane: data.plane, state: rough ? "draft" : "fine" });
  }

  outline(W, H, seen) {
    const { data, sight, hand } = this;
    const shown = Boolean(data.marks) && hand.marks;
    for (const { marks } of this.sides) marks.hidden = !shown;
    if (!shown || this.rimmed === seen) return;
    this.rimmed = seen;
    const thick = Math.max(1, Math.round(devicePixelRatio));
    const words = rimsOf(planeOf(data.marks).data, data.size[0], sight.frame, sight.view, W, H, thick);
    const image = new ImageData(new Uint8ClampedArray(words.buffer), W, H);
    for (const { marks } of this.sides) {
      Object.assign(marks, { width: W, height: H });
      marks.getContext("2d").putImageData(image, 0, 0);
    }
  }

  // Crosshair and numbers.
  mark() {
    const { sight, sides, data, held: [a, b] } = this;
    for (const { picture } of sides) picture.point(sight.cross, null);
    const { dataset } = this.root;
    if (!sight.at) {
      for (const cell of this.facts) say(cell, "–");
      for (const name of ["x", "y", "a", "b"]) delete dataset[name];
      return;
    }
    const [x, y] = sight.at;
    const at = y * data.size[0] + x;
    const mark = data.pair ? planeOf(data.pair).data[at] >> 8 : planeOf(data.target).data[at];
    const target = mark > 1 ? "ignored" : mark; // neither class: it counts nowhere
    const values = [a[at], b[at], a[at] - b[at]];
    Object.assign(dataset, { x, y, a: a[at], b: b[at] });
    [`${x}, ${y}`, String(target), ...values.map(v => pretty(v))].forEach((text, i) => {
      say(this.facts[i], text);
      this.facts[i].title = i < 2 ? "" : exact(values[i - 2]);
    });
    if (this.aloud) say(this.spoken, `x ${x}, y ${y}, A ${pretty(a[at])}, B ${pretty(b[at])}`);
    this.aloud = false;
  }
}
