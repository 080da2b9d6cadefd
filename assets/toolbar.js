// The viewer's few buttons, and the legend of its outlines.

import { el, icon, say } from "./dom.js";
import { OUTLINE_COLOURS } from "./outline.js";
import { exact, pretty } from "./format.js";

const LEGEND = { TP: "hit", FP: "false alarm", FN: "missed" };

const button = (name, label, onclick, text) =>
  el("button", { type: "button", "aria-label": label, title: label, onclick },
    icon(name), ...(text ? [el("span", { text })] : []));

export class Toolbar {
  constructor({ zoom, home, outlines, lock }) {
    this.scale = el("output", { class: "sl-zoom", "aria-label": "zoom" });
    this.outlines = button("outline", "Outlines on or off (O)", outlines, "Outlines");
    this.lock = button("lock", "Keep the colour ranges of the maps", lock, "Lock colours");
    this.cut = el("span", { class: "sl-cut" });
    const swatches = Object.entries(LEGEND).map(([name, meaning]) =>
      el("span", { class: "sl-swatch", title: `${name}: ${meaning}` },
        el("i", { style: `background:${OUTLINE_COLOURS[name]}` }), `${name} ${meaning}`));
    this.legend = el("div", { class: "sl-key", "aria-label": "Legend of the outlines" }, ...swatches, this.cut);
    this.total = el("output", { class: "sl-total", "aria-label": "Value of the loss" });
    this.root = el("div", { class: "sl-toolbar", role: "toolbar", "aria-label": "Viewer" },
      this.total,
      el("div", { class: "sl-group" },
        button("minus", "Zoom out (-)", () => zoom(1 / 1.5)),
        this.scale,
        button("plus", "Zoom in (+)", () => zoom(1.5)),
        button("home", "Show the whole picture (0)", home)),
      el("div", { class: "sl-group" }, this.outlines, this.lock),
      this.legend);
  }

  // The value of the loss, which follows a dial as the maps do.
  value({ value, unit }) {
    const known = value !== null && value !== undefined;
    this.total.hidden = !known;
    this.total.title = known ? exact(value) : "";
    this.total.replaceChildren("L = ", el("b", { text: known ? pretty(value) : "" }), unit ? ` ${unit}` : "");
  }

  // Maps alone have no outlines to switch.
  outlined(some) {
    this.outlines.hidden = this.legend.hidden = !some;
  }

  show(z, { outlines, locked }, threshold) {
    say(this.scale, `${z < 10 ? z.toFixed(1) : Math.round(z)}×`);
    this.outlines.ariaPressed = String(outlines);
    this.lock.ariaPressed = String(locked);
    this.legend.classList.toggle("off", !outlines);
    say(this.cut, `at p > ${Number(threshold.toFixed(4))}`);
  }
}
