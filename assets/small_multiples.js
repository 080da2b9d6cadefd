// Every loss on one pair: a table to sort, small multiples of the maps in the same order, or the pictures of A and B.
// The maps of a coded pair are tables over codes that the tab has; of losses that look at places, small planes.

import { HOME, frameOf, sampleGrid, samplesFor } from "./view.js";
import { RAMPS } from "./colours.js";
import { commonTop, limitsOf, nextSort, ordered } from "./loss_order.js";
import { CODES } from "./levels.js";
import { paintExtreme, paintRanked, paintReal, rankTable } from "./paint.js";
import { planeOf, seg, whenHere } from "./store.js";
import { el, say } from "./dom.js";
import { exact, percent, pretty } from "./format.js";

const TILE = 128; // pixels across a small picture
const THUMB = 48;
const SLICE = 9; // ms of painting per frame

const number = v => (v === null || v === undefined ? "–" : pretty(v));
const part = v => (v === null || v === undefined ? "–" : percent(v));
const times = v => (v === null || v === undefined ? "–" : v >= 100 ? `${Math.round(v)} ×` : `${v.toPrecision(2)} ×`);

const columnsOf = ({ rival, band }) => [
  { name: "title", head: "Loss", tip: "The loss. Its map beside it is the one chosen above." },
  { name: "value", head: rival ? "on A" : "value", show: number, tip: "The loss of the prediction, in its own unit." },
  ...(rival ? [{ name: "b", head: "on B", show: number, tip: `The loss of B: ${rival}` }] : []),
  ...(rival ? [{ name: "by", head: "prefers", tip: "Which of A and B costs less, and by how much on the comparable scale. –: the loss has no such scale here." }] : []),
  { name: "relative", head: "× a guess", show: times, tip: "Comparable scale: how many times the same loss of a constant guess at the mask's prevalence. Below 1 is better than knowing nothing." },
  { name: "norm", head: "push", show: number, tip: "‖∂L/∂z‖, the length of the gradient in the logits: how hard the loss pushes altogether." },
  { name: "fn", head: "by misses", show: part, tip: "FN: part of the loss paid by missed object pixels." },
  { name: "fp", head: "by false alarms", show: part, tip: "FP: part of the loss paid by background said to be object." },
  { name: "band", head: "near the outline", show: part, tip: `≤ ${band} px: part of the loss paid within ${band} px of the target's outline.` },
];

// Arrows move among the elements; only one of them is a stop of the tab key.
function rove(root, selector) {
  const all = () => [...root.querySelectorAll(selector)];
  root.addEventListener("focusin", e => {
    if (!e.target.matches(selector)) return;
    for (const other of all()) other.tabIndex = other === e.target ? 0 : -1;
  });
  root.addEventListener("keydown", e => {
    e.stopPropagation(); // Streamlit listens to single letters
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -1e9, End: 1e9 }[e.key];
    const found = all();
    const at = found.indexOf(e.target);
    if (!step || at < 0) return;
    e.preventDefault();
    found[Math.max(0, Math.min(found.length - 1, at + step))].focus();
  });
}

export class Multiples {
  constructor(root) {
    Object.assign(this, { root, n: 0, cells: new Map(), jobs: [] });
    this.tools = el("div", { class: "sl-toolbar" });
    this.body = el("div", { class: "sl-many" });
    this.wait = el("p", { class: "sl-says sl-pending", role: "status" });
    root.replaceChildren(this.tools, this.body, this.wait);
    this.needs = () => this.digests ?? [];
    seg.users.add(this.needs);
  }

  end() {
    this.ended = true;
    this.stopWaiting?.();
    seg.users.delete(this.needs);
    cancelAnimationFrame(this.frameAt);
  }

  tell(data, emit) {
    this.emit = emit;
    if (data === this.data) return; // the same message again, for a theme
    this.data = data;
    if (data.n >= this.n) {
      this.n = data.n;
      this.look = data.look;
    }
    this.chosen = data.chosen;
    say(this.wait, data.waiting);
    this.wait.hidden = !data.waiting;
    this.digests = [data.pair, data.tables, data.stack, ...data.pictures.map(([digest]) => digest)].filter(Boolean);
    this.lay();
    this.stopWaiting?.();
    this.stopWaiting = whenHere(this.digests, () => this.paint(), lost => this.emit.trigger("need", lost));
  }

  lay() {
    const { show } = this.data;
    this.cells = new Map();
    this.rows = ordered(this.data.tiles, show === "pair" ? "" : this.look.sort);
    this.tools.hidden = show !== "table";
    if (show === "table") this.layTable();
    else if (show === "tiles") this.layTiles();
    else this.layPair();
  }

  // ---- the table ----

  layTable() {
    const scroll = this.box?.scrollTop ?? 0;
    const focused = this.root.getRootNode().activeElement?.dataset?.focus;
    const pick = (name, options) => el("span", { class: "sl-pick", role: "group", "aria-label": name },
      el("span", { class: "sl-pick-name", text: name }), ...Object.entries(options).map(([value, [text, key]]) =>
        el("button", {
          type: "button", text, "aria-pressed": String(this.look[key] === value), "data-focus": `${key}.${value}`,
          onclick: () => this.change({ [key]: value }),
        })));
    this.tools.replaceChildren(
      pick("Map", { share: ["share of the loss", "map"], gradient: ["gradient ∂L/∂z", "map"] }),
      pick("Colours", { own: ["each its own", "colours"], one: ["one range", "colours"] }));
    this.tools.title = "One range: the part of each loss that a pixel pays, so that losses of different units compare.";
    const columns = columnsOf(this.data);
    const head = columns.map(({ name, head: text, tip }) => {
      const sorted = this.look.sort.replace("-", "") === name ? (this.look.sort.startsWith("-") ? "descending" : "ascending") : "none";
      return el("th", { scope: "col", "aria-sort": sorted, title: tip, class: `is-${name}` },
        el("button", { type: "button", text, "data-focus": `sort.${name}`, onclick: () => this.change({ sort: nextSort(this.look.sort, name) }) }));
    });
    const rows = this.rows.map((tile, i) => this.row(tile, i, columns));
    const table = el("table", {}, el("caption", { class: "sl-hidden", text: "Every loss on this pair. A click on a column's name sorts." }),
      el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
    this.box = el("div", { class: "sl-scroll", tabindex: -1 }, table);
    rove(table, "tbody button");
    this.body.replaceChildren(this.box);
    this.box.scrollTop = scroll;
    if (focused) [...this.root.querySelectorAll("[data-focus]")].find(node => node.dataset.focus === focused)?.focus();
  }

  row(tile, i, columns) {
    const canvas = el("canvas", { "aria-hidden": "true" });
    this.cells.set(tile.name, { canvas, side: THUMB });
    const cells = columns.slice(1).map(({ name, show }) => el("td", { class: `is-${name}`, title: show ? exactOf(tile[name]) : null, "data-side": name === "by" ? tile.side : null },
      ...(name === "by" ? preference(tile) : [show(tile[name])]),
      ...((name === "value" && tile.unit && tile.value !== null) ? [el("small", { text: ` ${tile.unit}` })] : [])));
    const title = el("button", {
      type: "button", tabindex: i ? -1 : 0, "data-focus": `row.${tile.name}`,
      onclick: () => this.choose(tile.name),
    }, canvas, el("span", {}, tile.title, ...(tile.note ? [el("small", { class: "sl-why", text: tile.note })] : [])));
    const name = el("th", { scope: "row" }, title);
    return el("tr", {
      "data-loss": tile.name, "aria-selected": String(tile.name === this.chosen), class: tile.at === null ? "waits" : null,
      onclick: e => e.target.closest("button") || this.choose(tile.name),
    }, name, ...cells);
  }

  choose(name) {
    this.chosen = name;
    for (const row of this.root.querySelectorAll("tr[data-loss]")) row.ariaSelected = String(row.dataset.loss === name);
    this.emit.trigger("chosen", name);
  }

  change(wish) {
    this.look = { ...this.look, ...wish };
    this.n += 1;
    this.emit.state("look", { ...this.look, n: this.n }); // the other views follow by the server
    this.lay();
    this.paint();
  }

  // ---- small multiples ----

  layTiles() {
    const { map } = this.look;
    const tiles = this.rows.map((tile, i) => {
      const canvas = el("canvas", { "aria-hidden": "true" });
      this.cells.set(tile.name, { canvas, side: TILE });
      return el("button", {
        type: "button", class: `sl-tile${tile.at === null ? " waits" : ""}`, tabindex: i ? -1 : 0, "data-loss": tile.name,
        "aria-current": String(tile.name === this.chosen), title: `Open ${tile.title} in Inspect`,
        "aria-label": `${tile.title}: ${map === "share" ? "share of the loss" : "gradient"} of every pixel. Open in Inspect.`,
        onclick: () => this.emit.trigger("opened", tile.name),
      }, canvas, el("span", { text: tile.title }), el("small", { text: tile.at === null ? "…" : number(tile.value) }));
    });
    const grid = el("div", { class: "sl-tiles" }, ...tiles);
    rove(grid, ".sl-tile");
    this.body.replaceChildren(grid);
  }

  layPair() {
    const figures = this.data.pictures.map(([digest, title, alt], i) => {
      const canvas = el("canvas", { role: "img", "aria-label": alt });
      this.cells.set(i, { canvas, side: TILE, digest });
      return el("figure", {}, canvas, el("figcaption", { text: title }));
    });
    this.body.replaceChildren(el("div", { class: "sl-pair" }, ...figures));
  }

  // ---- painting: a few pictures a frame ----

  paint() {
    if (this.ended) return;
    this.common = this.data.show === "pair" ? 1 : commonTop(this.data.tiles.filter(({ at }) => at !== null), this.look.map);
    const jobs = this.data.show === "pair"
      ? [...this.cells.values()].map(cell => () => this.picture(cell))
      : this.rows.filter(({ at }) => at !== null).map(tile => () => this.map(tile, this.cells.get(tile.name)));
    this.jobs = jobs;
    this.root.dataset.state = "painting";
    cancelAnimationFrame(this.frameAt);
    this.work();
  }

  work() {
    const started = performance.now();
    while (this.jobs.length && performance.now() - started < SLICE) this.jobs.shift()();
    if (this.jobs.length) this.frameAt = requestAnimationFrame(() => this.work());
    else this.root.dataset.state = "fine";
  }

  map(tile, { canvas, side }) {
    const { map } = this.look;
    const limits = limitsOf(tile, this.look, this.common);
    const row = 2 * tile.at + (map === "share" ? 0 : 1);
    if (tile.coded) {
      const { data, w, h } = planeOf(this.data.pair);
      const table = planeOf(this.data.tables).data.subarray(row * CODES, (row + 1) * CODES);
      paintOn(canvas, w, h, side, (out, grid) => paintRanked(out, grid, data, w, rankTable(table, RAMPS[map], limits)));
    } else {
      const [w, h] = this.data.small;
      const plane = planeOf(this.data.stack).data.subarray(row * w * h, (row + 1) * w * h);
      paintOn(canvas, w, h, side, (out, grid) => paintExtreme(out, grid, plane, w, RAMPS[map], limits));
    }
  }

  picture({ canvas, side, digest }) {
    const { data, w, h } = planeOf(digest);
    paintOn(canvas, w, h, side, (out, grid) => paintReal(out, grid, data, w));
  }
}

const exactOf = v => (typeof v === "number" ? exact(v) : null);

function preference({ side, by }) {
  if (side === null) return ["–"];
  if (side === "") return ["neither"];
  return [el("b", { text: side }), by === null ? "" : ` ${by < 5e-4 ? "< 0.001" : by.toPrecision(2)}`];
}

function paintOn(canvas, w, h, side, paint) {
  const frame = frameOf(w, h);
  const W = Math.round(side * Math.min(2, devicePixelRatio));
  const H = Math.max(1, Math.round(W * frame.ratio));
  Object.assign(canvas, { width: W, height: H });
  const context = canvas.getContext("2d");
  const image = context.createImageData(W, H);
  paint(new Uint32Array(image.data.buffer), sampleGrid(frame, HOME, W, H, samplesFor(frame, HOME, W)));
  context.putImageData(image, 0, 0);
}
