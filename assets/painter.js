// The painter: one document under the hand. The canvas is the document; the server follows, step by step.

import { Easel } from "./easel.js";
import { IGNORED_MARK } from "./levels.js";
import { PainterTools, PAINT_RADII, partOfRadius, probabilityOf, radiusAt } from "./painter_tools.js";
import { Paper } from "./paper.js";
import { crc32, strokeMessage } from "./stroke_codec.js";
import { News } from "./news.js";
import { el, say } from "./dom.js";
import { HALF, floodFill } from "./flood.js";
import { fillPolygon, fillRectangle } from "./polygon.js";
import { forgetPainted, keepAtOnce, keepPainted, recallPainted } from "./keepsake.js";
import { grown, inverted, shrunk, softened } from "./morphology.js";
import { planeOf, seg, whenHere } from "./store.js";
import { pressedRadius } from "./brush.js";
import { watchBrush, watchBrushKeys } from "./easel_gestures.js";

const NEAR = 9; // CSS px around the first corner in which a click closes the polygon
const SILENT = 6000; // ms without an answer until the visitor is told

seg.papers ??= new Map(); // document -> Paper: a change of page or of sample loses nothing
seg.hand ??= { tool: "brush", radius: 8, hardness: 1, value: null, onion: 0.35, outline: true, within: "painted", pen: false, pressure: true };

export class Painter {
  constructor(root) {
    Object.assign(this, { root, hand: seg.hand, corners: [], at: null });
    const act = {
      tool: name => this.take({ tool: name }),
      radius: radius => this.take({ radius }),
      hardness: hardness => this.take({ hardness }),
      value: value => this.take({ value }),
      onion: onion => this.take({ onion }),
      within: within => this.take({ within }),
      pressure: pressure => this.take({ pressure }),
      outline: outline => this.take({ outline }),
      undo: () => this.redraw(this.paper?.undo()),
      redo: () => this.redraw(this.paper?.redo()),
      zoom: (f, u, v) => this.look(() => this.easel.zoom(f, u, v)),
      home: () => this.look(() => this.easel.home()),
      whole: name => this.whole(name),
      start: name => this.start(name),
    };
    this.easel = new Easel("The mask that you paint");
    this.tools = new PainterTools(act);
    this.where = el("span", { class: "sl-where" });
    this.step = el("span", { class: "sl-sync", "aria-live": "polite" });
    this.stage = el("div", {
      class: "sl-stage", tabindex: 0, role: "group",
      "aria-label": "Painting. Arrows move the crosshair, Shift faster; Enter or Space paints or sets a corner; " +
        "B brush, E eraser, G fill, L line, R rectangle, P polygon, [ and ] radius, Z undo, Shift Z redo, " +
        "plus and minus zoom, 0 resets, Escape cancels.",
    }, this.easel.pic, el("div", { class: "sl-line" }, this.where, this.step));
    this.legend = el("p", { class: "sl-says sl-legend" });
    this.news = new News();
    root.replaceChildren(this.tools.root, this.legend, this.stage, this.news.root, this.tools.foot);
    watchBrush(this.easel.pic, {
      ...act,
      moves: () => this.hand.tool === "hand",
      focus: () => this.takeFocus(),
      pan: (du, dv) => this.look(() => this.easel.pan(du, dv)),
      press: (place, how) => this.press(this.easel.pixel(...place), how),
      drag: (place, how) => this.drag(this.easel.pixel(...place), how),
      release: place => this.release(this.easel.pixel(...place)),
      hover: place => this.hover(this.easel.pixel(...place)),
      leave: () => this.hover(null),
      cancel: () => this.cancel(),
      close: () => this.closePolygon(),
    });
    watchBrushKeys(root, {
      ...act,
      radius: by => act.radius(radiusAt(Math.max(0, Math.min(1, partOfRadius(this.hand.radius) + by / 16)))),
      swap: () => act.value(255 - this.hand.value),
      cancel: () => this.cancel(),
      step: (dx, dy) => this.walk(dx, dy),
      strike: enter => this.strike(enter),
    });
    root.addEventListener("keydown", () => this.stage.classList.remove("by-hand"));
    this.watch = new ResizeObserver(() => this.easel.place());
    this.watch.observe(root);
    this.needs = () => this.digests ?? [];
    seg.users.add(this.needs);
    this.away = () => this.paper?.history.past.length && keepAtOnce(this.head.keep, this.paper);
    addEventListener("pagehide", this.away);
    this.ask = e => this.unkept && e.preventDefault(); // too large to survive a reload: the browser asks
    addEventListener("beforeunload", this.ask);
  }

  end() {
    this.ended = true;
    if (this.paper?.stroke) this.finish("brush");
    this.paper?.outbox.stop();
    this.beside?.outbox.stop();
    this.watch.disconnect();
    this.news.end();
    this.stopWaiting?.();
    clearTimeout(this.doubt);
    seg.users.delete(this.needs);
    removeEventListener("pagehide", this.away);
    removeEventListener("beforeunload", this.ask);
  }

  // The hand sees where it is: the ring is for the keyboard.
  takeFocus() {
    this.stage.classList.add("by-hand");
    this.stage.focus({ preventScroll: true });
  }

  // ---- what the server says ----

  tell(head, emit) {
    this.emit = emit;
    this.stopWaiting?.();
    const { image, outline, sources, ignored } = head;
    const known = seg.papers.has(head.doc);
    this.digests = [image, outline, ignored, ...Object.values(sources), known ? null : head.plane.digest].filter(Boolean);
    if (known && this.head?.doc === head.doc) this.hear(head); // an answer does not wait for pictures
    this.stopWaiting = whenHere(this.digests, () => this.adopt(head), lost => emit.trigger("need", lost));
  }

  hear(head) {
    this.paper.answer(head.n, head.whole);
    this.beside?.answer(head.other.n, head.other.whole);
    this.status();
    if (!this.beside || this.beside.outbox.idle) this.thenRecall?.();
  }

  adopt(head) {
    if (this.ended) return;
    const before = this.head;
    const fresh = before?.doc !== head.doc;
    if (fresh) this.cancel();
    this.head = head;
    const known = seg.papers.get(head.doc);
    this.paper = known ?? this.open(head);
    if (known && fresh && head.awaits) this.recallBoth(head, known); // the painter before was gone too soon
    const { easel, paper, hand } = this;
    this.beside = seg.papers.get(head.other.doc);
    for (const one of [paper, this.beside]) if (one) one.speak = (from, message) => this.speak(from, message);
    if (fresh) {
      paper.outbox.resume();
      this.beside?.outbox.resume();
      if (easel.w !== paper.w || easel.h !== paper.h) easel.lay(paper.w, paper.h);
      easel.touch(paper.plane);
    }
    if (hand.value === null || (before && before.value !== head.value)) hand.value = head.value;
    if (fresh || before.image !== head.image) easel.showImage(head.image && planeOf(head.image));
    easel.showIgnored(head.ignored ? planeOf(head.ignored).data : null);
    this.outlined = null;
    this.hear(head);
    this.show();
  }

  // A document that this tab has not seen.
  open(head) {
    const [w, h] = head.size;
    const paper = new Paper({
      doc: head.doc, w, h, codes: planeOf(head.plane.digest).data,
      speak: (from, message) => this.speak(from, message),
    });
    paper.outbox.begin(head.plane.n);
    seg.papers.set(head.doc, paper);
    if (head.n > head.plane.n) this.emit.trigger("need", ["document"]); // the server is ahead of what it gave us
    else if (!head.n) this.recallBoth(head, paper);
    return paper;
  }

  // What was painted before a reload: first the document that is not shown, for its numbers count as well.
  async recallBoth(head, paper) {
    const told = seg.recalled; // only the first page after a reload speaks of it
    seg.recalled = true;
    const { other } = head;
    const codes = other.n || seg.papers.has(other.doc) ? null : await recallPainted(other.keep, paper.w, paper.h);
    if (this.paper !== paper || this.ended) return;
    if (codes && !seg.papers.has(other.doc)) this.recallBeside(head, codes, told);
    if (this.beside?.outbox.idle ?? true) this.recall(head, paper, told);
    else this.thenRecall = () => { // one message at a time
      this.thenRecall = null;
      this.recall(head, paper, told);
    };
  }

  recallBeside({ other, sources, target }, codes, told) {
    const { w, h } = this.paper;
    const start = planeOf(target ? sources.prediction : sources.target).data;
    const beside = new Paper({
      doc: other.doc, w, h, codes: target ? start : start.map(v => (v ? 255 : 0)),
      speak: (from, message) => this.speak(from, message),
    });
    seg.papers.set(other.doc, beside);
    this.beside = beside;
    if (!beside.replace("brought back", codes)) return;
    if (!told) this.notice = `Brought back the ${target ? "prediction" : "target"} that you painted before the page was loaded again.`;
    this.status();
  }

  async recall(head, paper, told) {
    const codes = await recallPainted(head.keep, paper.w, paper.h);
    if (this.paper !== paper || this.ended) return;
    const box = codes && !paper.history.past.length ? paper.replace("brought back", codes) : null;
    if (!box) { // the server waits with its numbers
      if (head.awaits) this.emit.trigger("recalled", true);
      return;
    }
    if (!told) this.notice = "Brought back what you painted before the page was loaded again; undo takes it away.";
    this.redraw(box);
  }

  async speak(paper, message) {
    const full = await strokeMessage({ doc: paper.doc, plane: paper.plane, w: paper.w, h: paper.h, ...message });
    if (this.ended) return;
    this.root.dataset.bytes = JSON.stringify(full).length;
    this.emit.trigger("stroke", full);
  }

  // ---- what is shown ----

  take(change) {
    Object.assign(this.hand, change);
    if ("tool" in change) this.cancel();
    this.outlined = null;
    this.show();
  }

  look(change) {
    const changed = this.paper ? change() : false;
    this.show();
    return changed;
  }

  show() {
    const { head, easel, hand, paper } = this;
    if (!paper) return;
    if (hand.radius < PAINT_RADII.least) hand.radius = PAINT_RADII.least;
    const mask = hand.outline && planeOf(head.outline)?.data;
    if (this.outlined !== mask) easel.showOutline(mask || null, head.outline_from);
    this.outlined = mask;
    easel.image.style.opacity = hand.onion;
    this.tools.show(hand, {
      past: paper.history.past.length, future: paper.history.future.length, z: easel.view.z, target: head.target,
      image: head.image, other: head.target ? "Prediction's outline" : "Target's outline",
    });
    const hatched = head.ignored ? " · hatched: ignored, painting there changes nothing" : "";
    say(this.legend, (head.target
      ? "White: object of the target · teal: the prediction's outline"
      : `White: predicted object · teal: the target's outline · the brush paints p = ${probabilityOf(hand.value).toFixed(2)}`) + hatched);
    this.mark();
    this.status();
  }

  redraw(box) {
    if (box) {
      this.easel.touch(this.paper.plane, box);
      this.keep();
    }
    this.show();
  }

  async keep() {
    const { head, paper } = this;
    if (!paper.history.past.length) return forgetPainted(head.keep);
    this.unkept = !(await keepPainted(head.keep, paper));
    return this.status();
  }

  status() {
    const { outbox, plane, history } = this.paper;
    clearTimeout(this.doubt);
    const behind = !outbox.idle || !(this.beside?.outbox.idle ?? true);
    if (behind) this.doubt = setTimeout(() => say(this.step, "No answer yet; what you paint is kept in this tab."), SILENT);
    if ((history.past.at(-1) ?? this.beside?.history.past.at(-1))?.name !== "brought back") this.notice = "";
    say(this.step, this.notice || (behind ? "…" : ""));
    const { dataset } = this.root;
    Object.assign(dataset, { doc: this.head.doc, n: outbox.n, answered: outbox.answered, state: behind ? "ahead" : "level" });
    if (behind || this.summed === `${this.head.doc} ${outbox.n}`) return;
    this.summed = `${this.head.doc} ${outbox.n}`;
    dataset.sum = crc32(plane);
  }

  // The value under the pointer, and what the tool is about to do.
  mark() {
    const { at, hand, paper, head, corners } = this;
    const [x, y] = at ? at.map(Math.floor) : [-1, -1];
    const inside = x >= 0 && y >= 0 && x < paper.w && y < paper.h;
    const truth = planeOf(head.outline)?.data;
    const other = truth && inside ? (truth[y * paper.w + x] >= head.outline_from ? "object" : "background") : "";
    const code = inside ? paper.plane[y * paper.w + x] : 0;
    const skipped = inside && head.ignored && planeOf(head.ignored)?.data[y * paper.w + x] === IGNORED_MARK;
    const here = head.target ? (code >= HALF ? "object" : "background") : `p = ${probabilityOf(code).toFixed(4)}`;
    const beside = skipped ? "ignored: counts nowhere" : `${head.target ? "prediction" : "target"}: ${other}`;
    say(this.where, inside ? `x ${x}, y ${y} · ${here} · ${beside}` : "");
    Object.assign(this.root.dataset, inside ? { x, y, code } : { x: "", y: "", code: "" });
    const round = ["brush", "eraser", "line"].includes(hand.tool);
    const free = [...corners, ...(corners.length && at ? [at] : [])];
    const boxed = hand.tool === "rectangle" && free.length > 1 ? rectangleGhost(corners[0], at) : null;
    this.easel.hint({
      points: boxed ?? free, closed: Boolean(boxed) || (hand.tool === "polygon" && free.length > 2),
      at: inside && hand.tool !== "hand" ? at : null, radius: round ? hand.radius : 0.5, cross: this.walking,
    });
  }

  // ---- tools ----

  colour(erase) {
    const { hand, head } = this;
    const object = head.target ? 255 : hand.value;
    const wanted = erase || hand.tool === "eraser";
    return wanted ? Math.min(object, 255 - object) : object;
  }

  // How wide the brush is now. Who has used a pen is offered a switch for its pressure.
  wide(type, pressure) {
    const { hand } = this;
    if (type === "pen" && !hand.pen) this.take({ pen: true });
    return pressedRadius(hand.radius, hand.pressure ? type : "mouse", pressure);
  }

  hover(at) {
    if (!this.paper) return;
    this.walking = false;
    this.at = at;
    this.mark();
  }

  press(at, { erase, type, pressure }) {
    const { paper, hand } = this;
    if (!paper) return;
    Object.assign(this, { at, walking: false, erase, travelled: 0 });
    if (hand.tool === "brush" || hand.tool === "eraser") {
      paper.begin(this.colour(erase), this.head.target ? 1 : hand.hardness);
      this.easel.touch(paper.plane, paper.extend(at, at, this.wide(type, pressure)) ?? undefined);
    } else if (hand.tool === "bucket") this.fill(at);
    else if (hand.tool === "polygon") this.corner(at);
    else if (hand.tool !== "hand") this.corners = [at];
    this.last = at;
    this.mark();
  }

  drag(at, { type, pressure }) {
    const { paper, hand, last } = this;
    if (!paper || !last) return;
    this.at = at;
    if (paper.stroke) {
      const box = paper.extend(last, at, this.wide(type, pressure));
      if (box) this.easel.touch(paper.plane, box);
      this.last = at;
    } else if (hand.tool === "polygon" && this.corners.length) {
      const step = Math.hypot(at[0] - last[0], at[1] - last[1]);
      if (step * this.easel.scale > 4) { // a lasso: the hand draws the corners
        this.travelled += step;
        this.corners.push(at);
        this.last = at;
      }
    }
    this.mark();
  }

  release(at) {
    const { paper, hand, corners } = this;
    if (!paper) return;
    if (paper.stroke) this.finish(hand.tool);
    else if (hand.tool === "line" && corners.length) this.finishLine(at);
    else if (hand.tool === "rectangle" && corners.length) this.finishRectangle(at);
    else if (hand.tool === "polygon" && this.travelled && corners.length > 2) this.closePolygon();
    this.last = null;
    this.mark();
  }

  finish(step) {
    this.redraw(this.paper.end(step));
  }

  finishLine(at) {
    const [from] = this.corners;
    this.corners = [];
    this.paper.begin(this.colour(this.erase), this.head.target ? 1 : this.hand.hardness);
    this.paper.extend(from, at, this.hand.radius);
    this.finish("line");
  }

  finishRectangle(at) {
    const { paper: { w, h }, corners: [from] } = this;
    this.corners = [];
    this.redraw(this.paper.edit("rectangle", plane => fillRectangle(plane, w, h, from, at, this.colour(this.erase))));
  }

  fill(at) {
    const { paper: { w, h } } = this;
    const [x, y] = at.map(Math.floor);
    const outline = this.hand.within === "outline" && planeOf(this.head.outline);
    const bound = outline ? { sides: outline.data, from: this.head.outline_from } : {};
    this.redraw(this.paper.edit("fill", plane => floodFill(plane, w, h, x, y, this.colour(this.erase), bound)));
  }

  corner(at) {
    const { corners, easel } = this;
    const [first] = corners;
    const near = corners.length > 2 && Math.hypot(at[0] - first[0], at[1] - first[1]) * easel.scale < NEAR;
    if (near) this.closePolygon();
    else corners.push(at);
  }

  closePolygon() {
    const { paper, corners } = this;
    if (this.hand.tool !== "polygon" || corners.length < 3) return;
    this.corners = [];
    this.redraw(paper.edit("polygon", plane => fillPolygon(plane, paper.w, paper.h, corners, this.colour(this.erase))));
  }

  cancel() {
    this.corners = [];
    const box = this.paper?.cancel();
    if (box) this.easel.touch(this.paper.plane, box);
    if (this.paper) this.mark();
  }

  // ---- the whole picture ----

  whole(name) {
    const { w, h, plane } = this.paper;
    const change = { grow: grown, shrink: shrunk, soften: softened, invert: inverted }[name];
    this.redraw(this.paper.replace(name, change(plane, w, h)));
  }

  start(name) {
    const { head, paper } = this;
    const object = this.colour(false);
    const [yes, no] = [Math.max(object, 255 - object), Math.min(object, 255 - object)];
    const blank = () => new Uint8Array(paper.w * paper.h).fill(no);
    const source = planeOf(head.sources[name])?.data;
    const from = name === "target" ? 1 : HALF;
    const codes = !source ? blank() : name === "prediction" && !head.target ? source : source.map(v => (v >= from ? yes : no));
    this.redraw(paper.replace(name, codes));
  }

  // ---- the keyboard ----

  walk(dx, dy) {
    const { paper, easel } = this;
    if (!paper) return;
    const inside = (v, size) => Math.max(0, Math.min(size - 1, v)) + 0.5;
    const [x, y] = this.at?.map(Math.floor) ?? [paper.w >> 1, paper.h >> 1];
    this.at = [inside(x + dx, paper.w), inside(y + dy, paper.h)];
    this.walking = true;
    easel.reveal(...this.at.map(Math.floor));
    this.show();
  }

  strike(enter) {
    const { paper, hand } = this;
    if (!paper) return;
    if (!this.at) return void this.walk(0, 0);
    const { at } = this;
    this.erase = false;
    const tools = {
      brush: () => this.dab(at),
      eraser: () => this.dab(at),
      bucket: () => this.fill(at),
      line: () => (this.corners.length ? this.finishLine(at) : (this.corners = [at])),
      rectangle: () => (this.corners.length ? this.finishRectangle(at) : (this.corners = [at])),
      polygon: () => (enter && this.corners.length > 2 ? this.closePolygon() : this.corner(at)),
    };
    tools[hand.tool]?.();
    this.walking = true;
    this.mark();
  }

  dab(at) {
    this.paper.begin(this.colour(false), this.head.target ? 1 : this.hand.hardness);
    this.paper.extend(at, at, this.hand.radius);
    this.finish(this.hand.tool);
  }
}

// A rectangle as it will be filled: whole pixels, both corners inside.
function rectangleGhost([ax, ay], [bx, by]) {
  const [x0, x1] = [Math.floor(Math.min(ax, bx)), Math.floor(Math.max(ax, bx)) + 1];
  const [y0, y1] = [Math.floor(Math.min(ay, by)), Math.floor(Math.max(ay, by)) + 1];
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
}
