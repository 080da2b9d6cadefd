// The dials of the chosen loss: they speak while they are dragged, and once more when they are let go.

import { Sender } from "./sender.js";
import { broadcast } from "./store.js";
import { clip, pretty } from "./format.js";
import { el, icon, say } from "./dom.js";

const KEY_REST = 350; // ms after the last key press until a move by keyboard counts as done

const shown = v => String(Number(v.toPrecision(7)));

class Dial {
  constructor(move) {
    this.move = move; // (v, done)
    this.symbol = el("b", { class: "sl-symbol" });
    this.label = el("span", {});
    this.range = el("input", { type: "range" });
    this.box = el("input", { type: "number", class: "sl-number" });
    this.auto = el("input", { type: "checkbox" });
    this.autoLabel = el("label", { class: "sl-auto" }, this.auto, "automatic");
    this.reset = el("button", { type: "button", class: "sl-reset" }, icon("back"));
    this.home = el("i", { class: "sl-home" });
    this.says = el("p", { class: "sl-says" });
    this.root = el("div", { class: "sl-dial" },
      el("div", { class: "sl-dial-head" },
        el("span", { class: "sl-dial-name" }, this.symbol, this.label),
        this.autoLabel, this.reset, this.box),
      el("div", { class: "sl-track" }, this.home, this.range),
      this.says);

    this.range.addEventListener("pointerdown", () => (this.pressed = this.byHand = true));
    this.range.addEventListener("keydown", () => (this.byHand = false));
    for (const end of ["pointerup", "pointercancel", "blur"]) {
      this.range.addEventListener(end, () => (this.pressed = false));
    }
    this.range.addEventListener("input", () => this.drag());
    this.range.addEventListener("change", () => this.letGo());
    this.range.addEventListener("dblclick", () => this.set(this.data.default));
    this.box.addEventListener("change", () => this.type());
    this.box.addEventListener("keydown", e => e.stopPropagation()); // Streamlit listens to single letters
    this.auto.addEventListener("change", () => this.set(this.auto.checked ? null : this.number));
    this.reset.addEventListener("click", () => this.set(this.data.default));
  }

  // The number in force: the own one, or the automatic one.
  get number() {
    return this.value ?? this.data.auto ?? this.data.default ?? this.data.low;
  }

  get busy() {
    return this.pressed || this.resting !== undefined || this.box.matches(":focus");
  }

  tell(data, fresh) {
    const before = this.data;
    this.data = data;
    const words = of => JSON.stringify({ ...of, value: 0, auto: 0 }); // all but what a tick changes
    if (words(before) !== words(data)) this.describe(data);
    if (fresh || !this.busy) this.value = data.value;
    this.show();
  }

  describe({ label, symbol, says, low, high, step, whole, domain }) {
    const [letter, low_] = symbol.split("_"); // w_D: a letter and what stands below it
    this.symbol.replaceChildren(letter, ...(low_ ? [el("sub", { text: low_ })] : []));
    say(this.label, label);
    say(this.says, says);
    Object.assign(this.range, { min: low, max: high, step, ariaLabel: label });
    const [lo, hi] = domain;
    Object.assign(this.box, { step: whole ? 1 : "any", min: lo ?? "", max: hi ?? "", ariaLabel: `${label}, exact value` });
    const name = `Back to the default${this.data.default === null ? " (automatic)" : `, ${pretty(this.data.default)}`}`;
    Object.assign(this.reset, { title: name, ariaLabel: name });
  }

  show() {
    const { low, high, auto, default: home } = this.data;
    const automatic = this.value === null && auto !== null;
    const part = v => 100 * clip((v - low) / (high - low), 0, 1);
    if (!this.pressed || automatic) this.range.value = this.number;
    if (!this.box.matches(":focus")) this.box.value = shown(this.number);
    this.range.style.setProperty("--fill", `${part(this.number)}%`);
    this.auto.checked = automatic;
    this.autoLabel.hidden = auto === null;
    const rest = home ?? auto;
    this.home.hidden = rest === null;
    if (rest !== null) this.home.style.setProperty("--at", part(rest) / 100);
    this.root.classList.toggle("is-auto", automatic);
    this.root.classList.toggle("is-default", this.value === home);
  }

  drag() {
    clearTimeout(this.resting);
    this.resting = undefined;
    this.value = Number(this.range.value);
    this.show();
    this.move(this.value, false);
  }

  letGo() {
    this.pressed = false;
    const done = () => {
      this.resting = undefined;
      this.move(this.value, true);
    };
    if (this.byHand) done();
    else this.resting = setTimeout(done, KEY_REST);
  }

  set(v) {
    clearTimeout(this.resting);
    this.resting = undefined;
    this.value = v;
    this.show();
    this.move(v, true);
  }

  type() {
    const typed = Number(this.box.value);
    if (this.box.value === "" || Number.isNaN(typed)) {
      this.box.value = shown(this.number);
      return;
    }
    const [lo, hi] = this.data.domain;
    const inside = clip(this.data.whole ? Math.round(typed) : typed, lo ?? -Infinity, hi ?? Infinity);
    this.box.value = shown(inside);
    this.set(inside);
  }
}

export class Dials {
  constructor(root) {
    this.root = root;
    this.dials = new Map();
    this.sender = new Sender(message => this.emit.state("move", message));
    root.replaceChildren((this.list = el("div", { class: "sl-dial-list" })));
  }

  tell(data, emit) {
    this.emit = emit;
    const names = data.dials.map(d => d.name).join();
    const fresh = names !== this.names;
    if (fresh) this.lay(data.dials, names);
    this.sender.answer(data.n);
    const settled = this.sender.idle;
    for (const dial of data.dials) {
      const part = this.dials.get(dial.name);
      const mine = !settled && !fresh; // the hand is ahead of the server: never fight it
      part.tell(mine ? { ...dial, value: part.value } : dial, fresh);
      if (dial.local && settled && !part.busy) broadcast({ topic: "dial", name: dial.local, held: false });
    }
    this.root.dataset.answered = data.n;
  }

  lay(dials, names) {
    this.names = names;
    this.sender.drop(); // another loss: what its dials wanted is void
    this.dials = new Map(dials.map(({ name }) => [name, new Dial((v, done) => this.move(name, v, done))]));
    this.list.replaceChildren(...[...this.dials.values()].map(d => d.root));
  }

  move(name, v, done) {
    const { local } = this.dials.get(name).data;
    if (local) broadcast({ topic: "dial", name: local, value: this.dials.get(name).number, held: true });
    this.sender.want(name, v, done);
  }

  end() {
    this.sender.stop();
  }
}
