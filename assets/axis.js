// A dial as an axis: where a value stands between its ends, and which value stands somewhere.

import { clip, pretty, ticks } from "./format.js";

export class Axis {
  constructor({ low, high, log = false, whole = false, step = 1 }) {
    Object.assign(this, { low, high, log, whole, step });
  }

  // The least part of the axis that a key may move: whole numbers move by their step.
  get least() {
    return this.whole && this.high > this.low ? this.step / (this.high - this.low) : 0;
  }

  // 0 at the low end, 1 at the high one; beyond them for values outside.
  at(v) {
    const { low, high } = this;
    if (high === low) return 0.5;
    return this.log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low);
  }

  // The value there, rounded to what a pixel can tell.
  value(t) {
    const { low, high } = this;
    const part = clip(t, 0, 1);
    if (this.log) return Number((low * (high / low) ** part).toPrecision(3));
    const raw = low + part * (high - low);
    if (this.whole) return clip(low + this.step * Math.round((raw - low) / this.step), low, high);
    const unit = 10 ** Math.floor(Math.log10(Math.abs(high - low) / 500 || 1));
    return Number((Math.round(raw / unit) * unit).toPrecision(12));
  }

  get marks() {
    if (!this.log) return ticks(this.low, this.high, 5).marks.map(({ at, value }) => ({ at, label: pretty(value).replace(/\.?0+$/, "") || "0" }));
    const first = Math.ceil(Math.log10(this.low) - 1e-9);
    const last = Math.floor(Math.log10(this.high) + 1e-9);
    const step = Math.max(1, Math.ceil((last - first) / 5));
    const marks = [];
    for (let e = first; e <= last; e += step) marks.push({ at: this.at(10 ** e), label: pretty(10 ** e) });
    return marks;
  }
}
