// Every loss with its value and its bar, and the metrics above. Search and filter never ask the server.

import { el, say } from "./dom.js";
import { broadcast, listen, seg } from "./store.js";
import { exact, pretty } from "./format.js";
import { hasAll, plainText, wordsOf } from "./words.js";
import { Listbox } from "./listbox.js";

const FULL = 1.5; // the bar's length, relative to a constant prediction
const SOON = 400; // ms until what was still being worked out is asked for again

// All words of the question must occur.
export const matches = ({ name, title, family, also = "" }, question) =>
  hasAll(plainText(`${title} ${name} ${family} ${also}`), wordsOf(question));

const ALIKE = 1e-12; // rounding is no change

// By how much a number has moved: an arrow and a size, nothing where it stayed.
function tellChange(node, change) {
  const moved = typeof change === "number" && Math.abs(change) > ALIKE;
  say(node, moved ? `${change > 0 ? "▲" : "▼"} ${pretty(Math.abs(change))}` : "");
  node.title = moved ? "since the last stroke" : "";
  node.dataset.change = change ?? "";
}

class Row {
  constructor(id, choose) {
    this.title = el("span", { class: "sl-loss" });
    this.tag = el("span", { class: "sl-tag", text: "undefined" });
    this.value = el("span", { class: "sl-value" });
    this.change = el("span", { class: "sl-change" });
    this.fill = el("i", {});
    this.bar = el("span", { class: "sl-gauge" }, this.fill, el("b", {}));
    this.note = el("span", { class: "sl-note" });
    this.root = el("li", { role: "option", id, onclick: choose },
      this.title, this.tag, this.change, this.value, this.bar, this.note);
  }

  tell(row) {
    this.data = row;
    say(this.title, row.title);
    this.show(row);
  }

  show({ value, bar, note, unit, tip, change, pending }) {
    const known = value !== null && value !== undefined;
    const small = known && unit ? [el("small", { text: ` ${unit}` })] : [];
    this.value.replaceChildren(known ? pretty(value) : note ? "" : pending ? "…" : "–", ...small);
    tellChange(this.change, change);
    this.value.title = known ? exact(value) : "";
    const part = bar === null || bar === undefined ? 0 : Math.max(0, Math.min(1, bar / FULL));
    this.fill.style.transform = `scaleX(${part})`;
    this.bar.classList.toggle("none", bar === null || bar === undefined);
    this.bar.classList.toggle("over", bar > FULL);
    this.bar.title = bar === null || bar === undefined
      ? "No comparison for this loss."
      : `${pretty(bar)} times the loss of a constant prediction (the mark)`;
    this.root.title = note ?? tip ?? "";
    this.tag.hidden = !note;
    this.tag.title = note ?? "";
    say(this.note, note ?? "");
    this.root.dataset.value = value ?? "";
  }
}

export class LossList extends Listbox {
  constructor(root) {
    super("Losses", "Search the losses", "No loss matches.");
    this.family = "";
    this.metrics = el("div", { class: "sl-metrics" });
    this.chips = el("div", { class: "sl-chips", role: "group", "aria-label": "Families" });
    this.legend = el("p", { class: "sl-says", text: "Tick: the same loss of a constant guess at the mask's prevalence; left of it is better, › is far beyond." });
    root.replaceChildren(this.metrics, this.search, this.chips, this.list, this.none, this.legend);
    this.deaf = listen(news => news.topic === "loss" && this.hear(news));
  }

  end() {
    clearTimeout(this.later);
    this.deaf();
  }

  tell(data, emit) {
    const { rows, metrics, chosen } = data;
    this.emit = emit;
    this.lay(rows);
    for (const row of rows) this.rows.get(row.name).tell(row);
    if (data === this.data) this.hear(this.news); // the same message again, for a theme: newer news still hold
    else this.news = {};
    this.data = data;
    this.measure(metrics);
    this.filter();
    this.choose(chosen);
    if (data.words) this.spread(data);
    clearTimeout(this.later);
    if (data.pending) this.later = setTimeout(() => emit.trigger("more", true), SOON);
  }

  // The painter repeats on narrow screens what changed.
  spread({ words, told, rows }) {
    const few = told.map(name => rows.find(row => row.name === name)).filter(Boolean);
    seg.answers = { topic: "answers", words, rows: few };
    broadcast(seg.answers);
  }

  lay(rows) {
    const names = rows.map(r => r.name).join();
    if (names === this.names) return;
    this.names = names;
    this.active = null;
    this.rows = new Map(rows.map(({ name }, i) => [name, new Row(`${this.id}-${i}`, () => this.pick(name))]));
    this.list.replaceChildren(...[...this.rows.values()].map(r => r.root));
    const families = ["", ...new Set(rows.map(r => r.family))];
    this.chips.replaceChildren(...families.map(family =>
      el("button", {
        type: "button", "data-family": family, text: family || "all",
        onclick: () => {
          this.family = family;
          this.filter();
        },
      })));
  }

  measure(metrics) {
    const tiles = metrics.map(({ name, value, unit, tip, change }) => {
      const shown = value === null || value === undefined ? "–" : pretty(value);
      const by = el("small", { class: "sl-change" });
      tellChange(by, change);
      return el("div", { class: "sl-metric", title: tip ?? "" },
        el("span", { text: name }),
        el("strong", { text: shown, title: value === null ? tip : exact(value) }, ...(unit && shown !== "–" ? [el("small", { text: ` ${unit}` })] : [])), by);
    });
    this.metrics.replaceChildren(...tiles);
    this.metrics.hidden = !tiles.length;
  }

  // While a dial is dragged the viewer tells the tab the new value: this list itself is not sent again.
  hear(news) {
    const { loss, value, bar, note } = (this.news = news);
    const row = this.rows.get(loss);
    if (row) row.show({ ...row.data, value, bar, note: note ?? null });
  }

  filter() {
    const question = this.search.value;
    let left = 0;
    let family;
    for (const { root, data } of this.rows.values()) {
      root.hidden = !(matches(data, question) && (!this.family || data.family === this.family));
      left += !root.hidden;
      root.dataset.family = data.family;
      root.classList.toggle("first", !root.hidden && data.family !== family); // its family's name stands above it
      if (!root.hidden) family = data.family;
    }
    for (const chip of this.chips.children) chip.ariaPressed = String(chip.dataset.family === this.family);
    this.none.hidden = left > 0;
    if (this.active && this.rows.get(this.active).root.hidden) this.activate(null);
  }

  taken(name) {
    this.emit.trigger("chosen", name);
  }
}
