// A prediction to push around by hand, while six losses answer in every frame. Nothing is asked of the server.

import { GRID, RADII, SIX, SOFTNESS, STARTS, TARGET, measured, placed, saying } from "./pushed.js";
import { el, icon, say, svg } from "./dom.js";
import { exact, pretty } from "./format.js";

const PUSHES = {
  ArrowLeft: { x: -1 }, ArrowRight: { x: 1 }, ArrowUp: { y: -1 }, ArrowDown: { y: 1 },
  "+": { r: 0.5 }, "=": { r: 0.5 }, "-": { r: -0.5 }, "]": { soft: 0.25 }, "[": { soft: -0.25 },
};

export class Push {
  constructor(root) {
    Object.assign(this, { root, at: { ...STARTS } });
    this.canvas = el("canvas", { width: GRID, height: GRID, "aria-hidden": "true" });
    this.object = svg("circle", { class: "grab" });
    this.handle = svg("circle", { class: "knob", r: 1.7 });
    this.plot = el("div", {
      class: "sl-arena", tabindex: 0, role: "application", "aria-describedby": "sl-push-how",
      "aria-label": "A predicted disc and a target disc. Arrows push the prediction, plus and minus resize it, square brackets soften it.",
      onkeydown: e => this.key(e),
    }, this.canvas, svg("svg", { viewBox: `0 0 ${GRID} ${GRID}`, "aria-hidden": "true" },
      svg("circle", { class: "goal", cx: TARGET.x, cy: TARGET.y, r: TARGET.r }),
      this.object, this.handle,
      svg("text", { class: "goal-name", x: TARGET.x, y: TARGET.y + TARGET.r + 4, "text-anchor": "middle" }, "target")));
    this.size = this.slider("Size", "r", RADII, 0.5);
    this.soft = this.slider("Softness", "soft", SOFTNESS, 0.1);
    this.bars = new Map(Object.entries(SIX).map(([name, text]) => [name, new SixBar(text)]));
    this.words = el("p", { class: "sl-says sl-seen", "aria-live": "polite" });
    const how = el("p", { class: "sl-says", id: "sl-push-how", text: "Drag the disc; knob, + − or (after a click) the wheel resize it, [ ] soften it. Each bar runs from a perfect prediction to the loss's largest value in this picture. Striped: no small change of place, size or softness lowers it." });
    const again = el("button", { type: "button", class: "sl-again", onclick: () => this.go(STARTS) }, icon("home"), "Start over");
    root.replaceChildren(el("div", { class: "sl-pushing" },
      el("div", { class: "sl-left" }, this.plot, el("div", { class: "sl-two" }, this.size.root, this.soft.root)),
      el("div", { class: "sl-right" },
        el("div", { class: "sl-six", role: "group", "aria-label": "Six losses of this prediction" }, ...[...this.bars.values()].map(bar => bar.root)),
        this.words, el("div", { class: "sl-foot" }, how, again))));
    this.watch();
    this.request();
  }

  end() {
    cancelAnimationFrame(this.frameAt);
  }

  tell() {
    this.request(); // a theme changes the colours
  }

  slider(label, name, [low, high], step) {
    const input = el("input", { type: "range", min: low, max: high, step, "aria-label": label, oninput: () => this.go({ ...this.at, [name]: Number(input.value) }) });
    return { input, root: el("label", { class: "sl-track-label" }, el("span", { text: label }), el("span", { class: "sl-track" }, input)) };
  }

  go(at) {
    this.at = placed(at);
    this.request();
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target !== this.plot) return;
    const by = PUSHES[e.key];
    if (!by) return;
    const times = e.shiftKey && e.key.startsWith("Arrow") ? 5 : 1;
    this.go({ ...this.at, ...Object.fromEntries(Object.entries(by).map(([name, d]) => [name, this.at[name] + d * times])) });
    e.preventDefault();
    e.stopPropagation(); // Streamlit listens to single letters too
  }

  watch() {
    const { plot } = this;
    const spot = e => {
      const r = plot.getBoundingClientRect();
      return [(GRID * (e.clientX - r.left)) / r.width, (GRID * (e.clientY - r.top)) / r.height];
    };
    const inside = e => {
      const [x, y] = spot(e);
      return Math.hypot(x - this.at.x, y - this.at.y) < Math.max(this.at.r, 4);
    };
    let held = null;
    plot.addEventListener("pointerdown", e => {
      const knob = e.target === this.handle;
      if (e.button > 0 || !(knob || inside(e))) return;
      const [x, y] = spot(e);
      held = knob ? { knob } : { dx: this.at.x - x, dy: this.at.y - y };
      plot.setPointerCapture(e.pointerId);
      plot.classList.add("held");
    });
    plot.addEventListener("pointermove", e => {
      if (!held) return;
      const [x, y] = spot(e);
      if (held.knob) this.go({ ...this.at, r: Math.hypot(x - this.at.x, y - this.at.y) });
      else this.go({ ...this.at, x: x + held.dx, y: y + held.dy });
    });
    for (const kind of ["pointerup", "pointercancel"]) {
      plot.addEventListener(kind, () => {
        held = null;
        plot.classList.remove("held");
      });
    }
    plot.addEventListener("wheel", e => {
      if (!inside(e) || plot.getRootNode().activeElement !== plot) return; // else the page scrolls on
      e.preventDefault();
      this.go({ ...this.at, r: this.at.r - Math.sign(e.deltaY) * 0.5 });
    }, { passive: false });
  }

  // At most once a frame.
  request() {
    this.frameAt ??= requestAnimationFrame(() => {
      this.frameAt = null;
      this.draw();
    });
  }

  draw() {
    const started = performance.now();
    const { at } = this;
    const found = measured(at);
    this.paint(found.p);
    for (const circle of [this.object]) {
      circle.setAttribute("cx", at.x);
      circle.setAttribute("cy", at.y);
      circle.setAttribute("r", at.r);
    }
    this.handle.setAttribute("cx", at.x - at.r * Math.SQRT1_2);
    this.handle.setAttribute("cy", at.y + at.r * Math.SQRT1_2);
    this.size.input.value = at.r;
    this.soft.input.value = at.soft;
    for (const { input } of [this.size, this.soft]) {
      input.style.setProperty("--fill", `${(100 * (input.value - input.min)) / (input.max - input.min)}%`);
    }
    for (const one of found.six) this.bars.get(one.name).show(one);
    say(this.words, saying(at, found));
    Object.assign(this.root.dataset, { x: at.x.toFixed(2), y: at.y.toFixed(2), r: at.r.toFixed(2), soft: at.soft.toFixed(2), ms: (performance.now() - started).toFixed(1) });
  }

  // The theme's accent, as dense as p.
  paint(p) {
    this.context ??= this.canvas.getContext("2d");
    const image = this.context.createImageData(GRID, GRID);
    for (let i = 0; i < p.length; i++) {
      image.data.set([123, 92, 255, Math.round(235 * p[i])], 4 * i);
    }
    this.context.putImageData(image, 0, 0);
  }
}

class SixBar {
  constructor(text) {
    this.value = el("span", { class: "sl-value" });
    this.fill = el("i", {});
    this.tag = el("span", { class: "sl-slope" });
    this.root = el("div", { class: "sl-bar-row" }, el("span", { class: "sl-loss", text }), this.value,
      el("span", { class: "sl-gauge" }, this.fill), this.tag);
  }

  show({ name, value, bar, way, falls, flat }) {
    say(this.value, pretty(value));
    this.value.title = exact(value);
    this.fill.style.transform = `scaleX(${bar.toFixed(4)})`;
    say(this.tag, flat ? (bar < 0.02 ? "low" : "flat") : "slopes");
    this.tag.title = flat ? "No small change of place, size or softness lowers it." : `It falls most if the prediction ${way === "nears" ? "nears the target" : way}: a small step takes away ${(100 * falls).toFixed(1)} % of the gauge.`;
    this.root.classList.toggle("flat", flat && bar >= 0.02);
    Object.assign(this.root.dataset, { loss: name, value, bar, flat });
  }
}
