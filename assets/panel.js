// One picture of the viewer: title, canvas, crosshair and pin above it, legend or colour bar below.

import { el, say, svg } from "./dom.js";
import { RAMPS, gradientOf } from "./colours.js";
import { ticks } from "./format.js";

const GAP = 7; // px that the crosshair keeps free around its pixel

export class PanelView {
  constructor(panel) {
    this.kind = panel.kind;
    this.canvas = el("canvas", { role: "img", "aria-label": panel.alt });
    this.halo = svg("path", { class: "halo" });
    this.line = svg("path", { class: "line" });
    this.pin = svg("g", { class: "pin", visibility: "hidden" },
      svg("circle", { r: 6, class: "halo" }), svg("circle", { r: 6, class: "ring" }));
    const over = svg("svg", { "aria-hidden": "true" }, this.halo, this.line, this.pin);
    this.empty = el("span", { class: "sl-empty" });
    this.pic = el("div", { class: "sl-pic" }, this.canvas, over, this.empty);
    this.title = el("span", { class: "sl-name" });
    this.unit = el("span", { class: "sl-unit" });
    this.legend = el("div", { class: "sl-legend" });
    const head = el("div", { class: "sl-title" }, this.title, this.unit);
    this.root = el("figure", { class: `sl-panel is-${panel.kind}` }, head, this.pic);
    if (RAMPS[panel.kind]) {
      this.bar = el("div", { class: "sl-bar", style: `background:${gradientOf(RAMPS[panel.kind])}` });
      this.mark = el("i", { class: "sl-mark", hidden: true });
      this.bar.append(this.mark);
      this.scale = el("div", { class: "sl-scale" });
      this.root.append(this.bar, this.scale);
    }
    this.root.append(this.legend);
    this.tell(panel);
  }

  tell({ name, alt, legend, unit }) {
    say(this.title, name);
    say(this.unit, unit);
    say(this.legend, legend);
    if (this.canvas.ariaLabel !== alt) this.canvas.ariaLabel = alt;
  }

  // A canvas at the device's resolution; the empty words to paint on.
  sized(W, H) {
    const { canvas } = this;
    if (canvas.width !== W || canvas.height !== H) {
      canvas.width = W;
      canvas.height = H;
      this.image = null;
    }
    this.context ??= canvas.getContext("2d", { willReadFrequently: true }); // stays in memory: only putImageData
    this.image ??= this.context.createImageData(W, H);
    const out = new Uint32Array(this.image.data.buffer);
    out.fill(0);
    return out;
  }

  show() {
    this.context.putImageData(this.image, 0, 0);
  }

  // Ticks of the colour bar, and the threshold on the prediction's.
  measure([lo, hi], threshold) {
    if (!this.bar) return;
    const stamp = `${lo} ${hi}`;
    if (stamp !== this.scaled) {
      this.scaled = stamp;
      const { factor, marks } = ticks(lo, hi);
      const labels = marks.map(({ at, label }) =>
        el("span", { style: `left:${100 * at}%`, class: at < 0.06 ? "first" : at > 0.94 ? "last" : null, text: label }));
      const power = el("b", { text: factor });
      this.scale.replaceChildren(...labels);
      this.unit.dataset.factor = factor;
      this.root.dataset.limits = stamp;
      this.power?.remove();
      if (factor) this.unit.before((this.power = Object.assign(power, { className: "sl-factor" })));
    }
    this.mark.hidden = threshold === undefined;
    if (threshold !== undefined) this.mark.style.left = `${100 * threshold}%`;
  }

  // Crosshair and pin in CSS pixels: {u, v, du, dv} of the pixel in parts of the panel, or null.
  point(cross, pin) {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const path = cross ? crosshair(cross, w, h) : "";
    if (path !== this.path) {
      this.path = path;
      this.halo.setAttribute("d", path);
      this.line.setAttribute("d", path);
    }
    const inside = pin && pin.u >= 0 && pin.u <= 1 && pin.v >= 0 && pin.v <= 1;
    this.pin.setAttribute("visibility", inside ? "visible" : "hidden");
    if (inside) this.pin.setAttribute("transform", `translate(${pin.u * w} ${pin.v * h})`);
  }
}

function crosshair({ u, v, du, dv }, w, h) {
  if (u < 0 || u > 1 || v < 0 || v > 1) return "";
  const [x, y] = [Math.round(u * w) + 0.5, Math.round(v * h) + 0.5];
  const [rx, ry] = [(du * w) / 2, (dv * h) / 2];
  const [gx, gy] = [Math.max(GAP, rx + 3), Math.max(GAP, ry + 3)];
  const box = rx > 2 ? `M${u * w - rx} ${v * h - ry}h${2 * rx}v${2 * ry}h${-2 * rx}Z` : "";
  return `M${x} 0V${Math.max(0, y - gy)}M${x} ${h}V${Math.min(h, y + gy)}` +
    `M0 ${y}H${Math.max(0, x - gx)}M${w} ${y}H${Math.min(w, x + gx)}${box}`;
}
