// What the losses said of the last stroke, in a few lines under the canvas: on a narrow screen the list of all losses lies
// far below it.

import { listen, seg } from "./store.js";
import { el, say } from "./dom.js";
import { pretty } from "./format.js";

const ARROW = { 1: "▲", "-1": "▼", 0: "" };

export class News {
  constructor() {
    this.words = el("p", {});
    this.few = el("dl", {});
    this.root = el("div", { class: "sl-news", role: "status" }, this.words, this.few);
    this.deaf = listen(news => news.topic === "answers" && this.show(news));
    this.show(seg.answers ?? { words: "", rows: [] });
  }

  // rows: {title, value, unit, change}; the numbers as the list has them
  show({ words, rows }) {
    say(this.words, words);
    this.few.replaceChildren(...rows.map(({ title, value, unit, change }) => el("div", {}, el("dt", { text: title, title }),
      el("dd", {}, value === null ? "…" : pretty(value), ...(unit ? [el("small", { text: ` ${unit}` })] : []),
        el("small", { class: "sl-change", text: change ? ` ${ARROW[Math.sign(change)]} ${pretty(Math.abs(change))}` : "" })))));
    this.root.hidden = !words;
  }

  end() {
    this.deaf();
  }
}
