// The line between two pictures that lie on each other: dragged by mouse or finger, moved by arrows. A slider to those who
// do not see it.

import { clip } from "./format.js";
import { el, svg } from "./dom.js";

const STEPS_OF_KEYS = {
  ArrowLeft: -0.01, ArrowDown: -0.01, ArrowRight: 0.01, ArrowUp: 0.01, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1,
};

// Where a key moves the line, from 0 at the left to 1; null for a key that does not move it.
export function dividedBy(part, key, far = false) {
  const step = STEPS_OF_KEYS[key];
  return step === undefined ? null : clip(Math.round(100 * (part + (far && Math.abs(step) < 0.1 ? 10 * step : step))) / 100, 0, 1);
}

export class Divider {
  // `moved(part)` hears where the line is now.
  constructor(moved) {
    this.moved = moved;
    this.root = el("div", {
      class: "sl-divider", role: "slider", tabindex: 0, "aria-label": "Divider: A is left of it, B right",
      "aria-orientation": "horizontal", "aria-valuemin": 0, "aria-valuemax": 100,
      title: "Drag, or use the arrow keys. A double click puts it in the middle.",
      onkeydown: e => this.key(e),
      ondblclick: e => this.take(e, 0.5),
      onpointerdown: e => this.grab(e),
      onpointermove: e => this.held && this.drag(e),
      onpointerup: e => this.letGo(e),
      onpointercancel: e => this.letGo(e),
    }, el("span", { class: "sl-grip" }, svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" },
      svg("path", { d: "M6 4 2.5 8 6 12M10 4l3.5 4L10 12" }))));
  }

  show(part) {
    this.part = part;
    this.root.style.left = `${100 * part}%`;
    this.root.ariaValueNow = String(Math.round(100 * part));
    this.root.ariaValueText = `A on the left ${Math.round(100 * part)} %, B on the rest`;
  }

  // The picture below must not pan, pin or move its crosshair meanwhile.
  take(e, part) {
    e.stopPropagation();
    this.moved(part);
  }

  grab(e) {
    if (e.button > 0) return;
    this.root.setPointerCapture(e.pointerId);
    const { left, width } = this.root.parentElement.getBoundingClientRect();
    this.held = { left, width, off: e.clientX - left - this.part * width };
    e.stopPropagation();
  }

  drag(e) {
    const { left, width, off } = this.held;
    this.take(e, clip((e.clientX - left - off) / width, 0, 1));
  }

  letGo(e) {
    this.held = null;
    e.stopPropagation();
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const part = dividedBy(this.part, e.key, e.shiftKey);
    if (part === null) return;
    e.preventDefault();
    this.take(e, part);
  }
}
