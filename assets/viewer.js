// The linked viewer: all panels of one pair under one view, one crosshair, one readout.

import { drawEdges, edgesOf } from "./outline.js";
import { HOME, frameOf, moved, panelAt, placeAt, revealing, sampleGrid, samplesFor, settled, zoomed } from "./view.js";
import { PanelView } from "./panel.js";
import { Readout } from "./readout.js";
import { Scene, digestsOf, isMap } from "./scene.js";
import { Toolbar } from "./toolbar.js";
import { broadcast, listen, planeOf, seg, whenHere } from "./store.js";
import { el } from "./dom.js";
import { floats, inflate, unpack } from "./codec.js";
import { watchKeys, watchPointer } from "./gestures.js";

const QUICK = 16; // ms that a picture in motion may take; a dearer one is a draft first
const REST = 160; // ms of rest until a draft is refined
const TWICE = 280; // ms in which a second click makes it a double click

export class Viewer {
  constructor(root) {
    Object.assign(this, { root, run: 0, cost: 0, pinCount: 0, view: HOME, panels: [], locked: null });
    this.toolbar = new Toolbar({
      zoom: f => this.zoom(f),
      home: () => this.home(),
      outlines: () => this.toggleOutlines(),
      lock: () => this.toggleLock(),
    });
    this.readout = new Readout();
    this.top = el("div", { class: "sl-row sl-top" });
    this.maps = el("div", { class: "sl-row sl-maps" });
    this.stage = el("div", {
      class: "sl-stage",
      tabindex: 0,
      role: "group",
      "aria-label": "Linked pictures. Arrows move the crosshair, plus and minus zoom, 0 resets, " +
        "Enter pins, Escape unpins, O switches the outlines.",
    }, this.maps, this.readout.root, this.top); // what follows a dial is nearest to it
    root.replaceChildren(this.toolbar.root, this.stage);
    this.readout.clear();
    const act = {
      hover: (u, v) => this.hover(u, v),
      leave: () => this.leave(),
      pan: (du, dv) => this.pan(du, dv),
      zoom: (f, u, v) => this.zoom(f, u, v),
      click: (u, v) => this.click(u, v),
      home: () => this.home(),
      step: (dx, dy) => this.step(dx, dy),
      pinHere: () => this.at && this.setPin(this.at),
      unpin: () => this.setPin(null),
      outlines: () => this.toggleOutlines(),
    };
    watchPointer(this.stage, act);
    watchKeys(this.stage, act);
    this.watch = new ResizeObserver(() => this.request()); // also when a hidden tab is shown again
    this.watch.observe(root);
    this.needs = () => (this.head ? digestsOf(this.head) : []);
    seg.users.add(this.needs);
    this.deaf = listen(news => this.hear(news));
  }

  end() {
    this.ended = true;
    this.watch.disconnect();
    this.deaf();
    this.stopWaiting?.();
    seg.users.delete(this.needs);
    clearTimeout(this.later);
    clearTimeout(this.pinning);
    cancelAnimationFrame(this.frameAt);
  }

  // ---- what the server says ----

  tell(data, emit) {
    const { head, body } = unpack(data);
    const run = ++this.run;
    this.emit = emit;
    broadcast({ topic: "loss", tick: head.tick, ...head.extra });
    if (!head.packed) return this.expect(head, floats(body));
    return inflate(body).then(plain => run === this.run && this.expect(head, floats(plain)));
  }

  // New maps never meet old pixels: the old picture stays, dimmed, until all planes are here.
  expect(head, values) {
    this.stopWaiting?.();
    this.waiting = true;
    this.root.dataset.state = "waiting";
    this.head = head; // from here on its planes are kept
    const ask = digests => this.emit.trigger("need", digests);
    this.stopWaiting = whenHere(digestsOf(head), () => this.adopt(head, values), ask);
  }

  adopt(head, values) {
    if (this.ended) return;
    this.waiting = false;
    this.scene = new Scene(head, values, planeOf);
    const pixels = `${head.size}|${digestsOf(head)}|${JSON.stringify(head.levels)}`;
    if (pixels !== this.pixels) {
      this.pixels = pixels;
      this.placeName = `${head.size}`;
      this.frame = frameOf(...head.size);
      this.view = settled(this.frame, seg.places.get(this.placeName) ?? HOME);
      if (this.at && !this.holds(this.at)) this.at = null;
    }
    if (head.outlines !== this.toldOutlines) this.outlines = this.toldOutlines = head.outlines;
    if (this.local && (!this.local.held || Math.abs(this.local.value - head.threshold) < 1e-9)) this.local = null;
    if (head.pin_n >= this.pinCount && !this.pinning) {
      this.pinCount = head.pin_n;
      this.pin = head.pin && this.holds(head.pin) ? head.pin : null;
    }
    this.lay(head.panels);
    this.toolbar.value(head.extra ?? {});
    this.readout.shape(head.panels.filter(isMap), head.image, head.extra?.total !== undefined);
    this.version = this.run;
    this.draw(this.cost < 2 * QUICK);
  }

  // A local dial moves the outlines before the server has answered.
  hear({ topic, name, value, held }) {
    if (topic !== "dial" || name !== "threshold") return;
    if (held || this.local) this.local = { value: value ?? this.local.value, held };
    this.request();
  }

  get threshold() {
    return this.local?.value ?? this.head.threshold;
  }

  // Elements of the panels: made anew only when their kinds change.
  lay(panels) {
    const kinds = panels.map(p => p.kind).join();
    if (kinds !== this.kinds) {
      this.kinds = kinds;
      this.panels = panels.map(p => new PanelView(p));
      const [maps, pictures] = [true, false].map(wanted =>
        this.panels.filter(p => isMap(p) === wanted).map(p => p.root));
      this.top.replaceChildren(...pictures);
      this.maps.replaceChildren(...maps);
      this.top.style.setProperty("--n", pictures.length || 1);
      this.maps.style.setProperty("--n", maps.length || 1);
    }
    panels.forEach((panel, i) => this.panels[i].tell(panel));
    this.toolbar.outlined(panels.some(({ kind }) => kind === "image" || kind === "prediction"));
    for (const { pic, kind, empty } of this.panels) {
      pic.style.aspectRatio = `1 / ${this.frame.ratio}`;
      empty.textContent = kind === "image" && !this.head.image ? "no image" : "";
    }
  }

  // ---- drawing ----

  // At most one redraw a frame.
  request() {
    if (this.frameAt) return;
    this.frameAt = requestAnimationFrame(() => {
      this.frameAt = 0;
      this.draw(this.cost < QUICK);
    });
  }

  draw(fine) {
    const { scene, root } = this;
    if (!scene || this.ended || !root.clientWidth) return; // the width is 0 inside a hidden tab
    const started = performance.now();
    let rough = false;
    const edges = new Map();
    this.panels.forEach((view, i) => {
      const panel = scene.panels[i];
      const W = Math.max(1, Math.round(view.pic.clientWidth * devicePixelRatio));
      const H = Math.max(1, Math.round(W * this.frame.ratio));
      const full = samplesFor(this.frame, this.view, W);
      const limits = this.limitsOf(panel);
      const outlined = this.outlines && (panel.kind === "image" || panel.kind === "prediction"); // maps stay clean
      const { z, x, y } = this.view;
      const source = isMap(panel) ? `${this.version} ${limits}` : this.pixels;
      const stamp = [W, H, z, x, y, source, outlined && this.threshold].join();
      view.measure(limits, panel.kind === "prediction" ? this.threshold : undefined);
      const K = fine ? full : 1;
      const known = stamp === view.stamp && view.samples >= K; // as good as wanted, or better
      rough ||= (known ? view.samples : K) < full;
      if (known) return;
      Object.assign(view, { stamp, samples: K });
      const out = view.sized(W, H);
      scene.paint(panel, out, sampleGrid(this.frame, this.view, W, H, K), limits);
      if (outlined) drawEdges(out, this.edges(W, H, edges));
      view.show();
    });
    this.kept = edges.size ? edges : this.kept;
    if (!rough) this.cost = performance.now() - started;
    clearTimeout(this.later);
    if (rough) this.later = setTimeout(() => this.draw(true), REST);
    this.toolbar.show(this.view.z, { outlines: this.outlines, locked: Boolean(this.locked) }, this.threshold);
    this.mark();
    const quality = rough ? "draft" : "fine";
    Object.assign(root.dataset, { size: this.placeName, tick: this.scene.tick, state: this.waiting ? "waiting" : quality });
  }

  // Outlines depend on the view and the threshold alone: a tick of the maps finds them ready.
  edges(W, H, fresh) {
    const { z, x, y } = this.view;
    const name = [W, H, z, x, y, this.pixels, this.threshold].join();
    const made = fresh.get(name) ?? this.kept?.get(name) ?? this.trace(W, H);
    fresh.set(name, made);
    return made;
  }

  trace(W, H) {
    const grid = sampleGrid(this.frame, this.view, W, H, 1);
    const thick = Math.max(1, Math.round(devicePixelRatio));
    return edgesOf(this.scene.verdicts(grid, this.threshold), W, H, thick);
  }

  limitsOf(panel) {
    if (isMap(panel) && this.locked?.[panel.kind]) return this.locked[panel.kind];
    return this.scene.limits(panel);
  }

  // Crosshair, pin and readout; after each tick too, for it changes the numbers.
  mark(aloud = false) {
    const { scene, frame, view } = this;
    if (!scene) return;
    const seen = pixel => {
      if (!pixel) return null;
      const [u, v] = panelAt(frame, view, pixel[0] + 0.5, pixel[1] + 0.5);
      return { u, v, du: view.z / frame.width, dv: view.z / frame.height };
    };
    const [cross, pin] = [seen(this.at), seen(this.pin)];
    for (const panel of this.panels) panel.point(cross, pin);
    const pixel = this.at ?? this.pin;
    if (!pixel) return this.readout.clear();
    const pinned = Boolean(this.pin) && `${this.pin}` === `${pixel}`;
    const { total } = this.head.extra ?? {};
    return this.readout.show(scene.facts(...pixel, this.threshold), {
      total, pinned, aloud, threshold: this.threshold,
    });
  }

  // ---- what the visitor does ----

  holds([x, y]) {
    const [w, h] = this.head.size;
    return x >= 0 && y >= 0 && x < w && y < h;
  }

  hover(u, v) {
    if (!this.frame) return;
    const pixel = placeAt(this.frame, this.view, u, v).map(Math.floor);
    this.at = this.holds(pixel) ? pixel : null;
    this.mark();
  }

  leave() {
    this.at = null;
    this.mark();
  }

  look(view) {
    const { z, x, y } = this.view;
    const changed = view.z !== z || view.x !== x || view.y !== y;
    if (!changed) return false;
    this.view = view;
    seg.places.set(this.placeName, view);
    for (const { pic } of this.panels) pic.classList.toggle("near", view.z > 1);
    this.request();
    return true;
  }

  zoom(factor, u, v) {
    return this.frame ? this.look(zoomed(this.frame, this.view, factor, u, v)) : false;
  }

  pan(du, dv) {
    if (this.frame) this.look(moved(this.frame, this.view, du, dv));
  }

  home() {
    if (!this.frame) return;
    if (this.pinning) { // the clicks of a double click were no wish to pin
      clearTimeout(this.pinning);
      this.pinning = null;
      this.pin = this.pinBefore;
    }
    this.look(settled(this.frame, HOME));
    this.mark();
  }

  step(dx, dy) {
    if (!this.frame) return;
    const [w, h] = this.head.size;
    const [x, y] = this.at ?? this.pin ?? [w >> 1, h >> 1];
    const inside = (v, size) => Math.max(0, Math.min(size - 1, v));
    this.at = [inside(x + dx, w), inside(y + dy, h)];
    this.look(revealing(this.frame, this.view, ...this.at));
    this.mark(true);
  }

  click(u, v) {
    this.hover(u, v);
    if (!this.at) return;
    this.setPin(`${this.pin}` === `${this.at}` ? null : this.at);
  }

  // Shown at once; the server hears of it when it is clear that this was no double click.
  setPin(pixel) {
    if (!pixel && !this.pin) return;
    if (!this.pinning) this.pinBefore = this.pin;
    this.pin = pixel;
    this.mark(true);
    clearTimeout(this.pinning);
    this.pinning = setTimeout(() => {
      this.pinning = null;
      if (`${this.pin}` === `${this.pinBefore}`) return;
      this.pinCount += 1;
      this.emit.state("pin", { at: this.pin, n: this.pinCount });
    }, TWICE);
  }

  toggleOutlines() {
    this.outlines = !this.outlines;
    this.request();
  }

  toggleLock() {
    const maps = this.scene?.panels.filter(isMap) ?? [];
    this.locked = this.locked ? null : Object.fromEntries(maps.map(p => [p.kind, this.scene.limits(p)]));
    this.request();
  }
}
