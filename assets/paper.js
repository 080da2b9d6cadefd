// The document that is painted on: a plane of grey codes, what can be undone, and what the server has yet to hear.

import { boxArea, changedBox, unionBox, wholeBox } from "./boxes.js";
import { History } from "./history.js";
import { Outbox } from "./outbox.js";
import { coverSegment, layValue } from "./brush.js";

export class Paper {
  constructor({ doc, w, h, codes, speak }) {
    // `speak` is changed by each painter that takes the document over: the one before may be gone.
    Object.assign(this, { doc, w, h, speak, plane: Uint8Array.from(codes), history: new History(), stroke: null });
    this.known = this.plane.slice(); // what the server holds at the step that it has confirmed
    this.sent = new Map(); // step -> the plane as it was said
    this.outbox = new Outbox(message => {
      this.sent.set(message.n, this.plane.slice());
      this.speak(this, { ...message, known: message.whole ? null : this.known });
    });
    this.before = new Uint8Array(w * h);
    this.cover = new Uint8Array(w * h);
  }

  // The server holds step n, or asks for the whole plane.
  answer(n, whole) {
    if (n > this.outbox.answered && !whole) {
      this.known = this.sent.get(n) ?? null;
      for (const step of [...this.sent.keys()]) if (step <= n) this.sent.delete(step);
    }
    this.outbox.answer(n, whole);
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
