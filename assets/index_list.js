// The Atlas's index: everything that can be looked up, searched in all that its card says.

import { el, say } from "./dom.js";
import { Listbox } from "./listbox.js";
import { hasAll, marked, plainText, wordsOf } from "./words.js";

const LONG = 150; // letters of a sentence that are shown

// What an entry answers to a question: how well it fits, and the sentence that says so; null if it does not.
export function answer(entry, words) {
  const { title, head, sentences, all } = entry;
  if (!words.length) return { score: 0, sentence: "" };
  if (!hasAll(all, words)) return null;
  const count = text => words.reduce((sum, word) => sum + text.includes(word), 0);
  const named = count(head);
  if (named === words.length) return { score: 100 * named + 40 * count(title) - title.length / 10, sentence: "" };
  // The sentence that has most of what the name does not say; of equals the shortest.
  const rest = words.filter(word => !head.includes(word));
  let best = { score: -1 };
  for (const { text, plain } of sentences) {
    const found = rest.reduce((sum, word) => sum + plain.includes(word), 0) + 0.5 * count(plain);
    const score = found - plain.length / 1e4;
    if (found > 0 && score > best.score) best = { score, text };
  }
  return { score: 30 * named + 20 * count(title) + 10 * Math.max(0, best.score), sentence: best.text ?? "" };
}

export const prepared = ({ name, title, also, effect, texts }) => {
  const sentences = texts.map(text => ({ text, plain: plainText(text) }));
  const head = plainText(`${title} ${name} ${also}`);
  const all = [head, plainText(effect), ...sentences.map(s => s.plain)].join(" ");
  return { title: plainText(title), head, sentences: [{ text: effect, plain: plainText(effect) }, ...sentences], all };
};

// A long sentence, cut around the first word that was asked for.
export function clipped(text, words) {
  if (text.length <= LONG) return text;
  const hit = marked(text, words);
  const at = hit[0]?.hit ? 0 : (hit[0]?.text.length ?? 0);
  const from = Math.max(0, Math.min(at - 40, text.length - LONG));
  const start = from ? text.indexOf(" ", from) + 1 : 0;
  const end = text.lastIndexOf(" ", start + LONG);
  return `${start ? "… " : ""}${text.slice(start, end > start ? end : undefined)}${end < text.length && end > start ? " …" : ""}`;
}

class Entry {
  constructor(id, data, choose) {
    this.data = data;
    this.words = prepared(data);
    this.name = el("span", { class: "sl-loss", text: data.title });
    this.says = el("span", { class: "sl-effect", text: data.effect });
    this.root = el("li", { role: "option", id, onclick: choose }, this.name, this.says);
    this.root.dataset.name = data.name;
    this.root.dataset.family = data.group;
  }

  show(sentence, words) {
    const text = sentence ? clipped(sentence, words) : this.data.effect;
    this.says.replaceChildren(...marked(text, words).map(({ text: part, hit }) => (hit ? el("mark", { text: part }) : part)));
    this.says.classList.toggle("found", Boolean(sentence));
  }
}

export class Index extends Listbox {
  constructor(root) {
    super("Index", "Search losses, dials, libraries …", "Nothing in the Atlas says that.");
    this.count = el("p", { class: "sl-says sl-count", "aria-live": "polite" });
    root.replaceChildren(this.search, this.count, this.list, this.none);
  }

  end() {}

  tell(data, emit) {
    this.emit = emit;
    if (data !== this.data) this.lay(data.entries);
    this.data = data;
    this.filter();
    this.choose(data.chosen);
  }

  lay(entries) {
    this.active = null;
    this.rows = new Map(entries.map((entry, i) => [entry.name, new Entry(`${this.id}-${i}`, entry, () => this.pick(entry.name))]));
    this.order = [...this.rows.keys()];
  }

  filter() {
    const words = wordsOf(this.search.value);
    const scored = [...this.rows.values()].map(row => ({ row, found: answer(row.words, words) }));
    const fit = scored.filter(({ found }) => found);
    if (words.length) fit.sort((a, b) => b.found.score - a.found.score);
    else fit.sort((a, b) => this.order.indexOf(a.row.data.name) - this.order.indexOf(b.row.data.name));
    let group;
    for (const { row, found } of fit) {
      row.show(found.sentence, words);
      row.root.classList.toggle("first", !words.length && row.data.group !== group);
      group = row.data.group;
    }
    this.rows = new Map([...fit, ...scored.filter(({ found }) => !found)].map(({ row }) => [row.data.name, row]));
    for (const { row, found } of scored) row.root.hidden = !found;
    this.list.replaceChildren(...[...this.rows.values()].map(row => row.root));
    this.none.hidden = fit.length > 0;
    say(this.count, words.length ? `${fit.length} of ${scored.length} cards` : "");
    if (this.active && this.rows.get(this.active).root.hidden) this.activate(null);
    if (words.length) this.list.scrollTop = 0;
    else if (this.rows.has(this.chosen)) this.reveal(this.rows.get(this.chosen).root);
  }

  taken(name) {
    this.emit.trigger("chosen", name);
    // A new card is read from its top: in sight at once, or, below this list on a phone, once it is there.
    const main = document.querySelector("[data-testid=stMain]");
    if (innerWidth > 768) main?.scrollTo({ top: 0 });
    else setTimeout(() => main?.querySelector("h1")?.scrollIntoView({ block: "start" }), 900);
  }
}
