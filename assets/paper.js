// The document that is painted on: a plane of grey codes, what can be undone, and what the server has yet to hear.

import { boxArea, changedBox, unionBox, wholeBox } from "./boxes.js";
import { History } from "./history.js";
import { Outbox } from "./outbox.js";
import { coverSegment, layValue } from "./brush.js";

export class Paper {
  constructor({ doc, w, h, codes, speak }) {
    Object.assign(this, { doc, w, h, plane: Uint8Array.from(codes), history: new History(), stroke: null });
    this.outbox = new Outbox(message => speak(this, message));
    this.before = new Uint8Array(w * h);
    this.cover = new Uint8Array(w * h);
  }

  // One step made by `change(plane)`, which returns the box it touched or null. Gives the box that really changed.
  edit(step, change) {
    this.cancel();
    this.before.set(this.plane);
    return this.commit(step, change(this.plane));
  }

  replace(step, codes) {
    return this.edit(step, plane => {
      plane.set(codes);
      return wholeBox(this.w, this.h);
    });
  }

  commit(step, touched) {
    const box = touched && changedBox(this.before, this.plane, this.w, touched);
    if (!boxArea(box)) return null;
    this.history.record(this.before, this.w, box, step);
    this.outbox.add(box, step);
    return box;
  }

  // ---- a stroke: begun, drawn on, ended or cancelled ----

  begin(value, hardness) {
    this.cancel();
    this.before.set(this.plane);
    this.stroke = { value, hardness, box: null };
  }

  extend(from, to, radius) {
    const { stroke, w, h } = this;
    const box = coverSegment(this.cover, w, h, from, to, radius, stroke.hardness);
    if (!box) return null;
    layValue(this.plane, this.before, this.cover, stroke.value, w, box);
    stroke.box = unionBox(stroke.box, box);
    return box;
  }

  end(step) {
    const { stroke } = this;
    if (!stroke) return null;
    this.lift();
    return this.commit(step, stroke.box);
  }

  // The plane as it was before the stroke; gives the box to redraw.
  cancel() {
    const { stroke } = this;
    if (!stroke) return null;
    this.lift();
    if (stroke.box) this.plane.set(this.before);
    return stroke.box;
  }

  lift() {
    const { box } = this.stroke;
    for (let y = box?.y0 ?? 0; y < (box?.y1 ?? 0); y++) this.cover.fill(0, y * this.w + box.x0, y * this.w + box.x1);
    this.stroke = null;
  }

  undo() {
    return this.travel("undo", this.cancel());
  }

  redo() {
    return this.travel("redo", this.cancel());
  }

  travel(way, dirty) {
    const step = this.history[way](this.plane, this.w);
    if (step) this.outbox.add(step.box, way);
    return unionBox(dirty, step?.box);
  }
}
