// Undo and redo: the bytes of the boxes that changed, not whole planes.

import { cutBox, putBox } from "./boxes.js";

const STEPS_KEPT = 30;

export class History {
  constructor(steps = STEPS_KEPT) {
    Object.assign(this, { steps, past: [], future: [] });
  }

  // A step was made inside `box`; `before` is the plane as it was.
  record(before, w, box, name) {
    this.past.push({ box, bytes: cutBox(before, w, box), name });
    if (this.past.length > this.steps) this.past.shift();
    this.future = [];
  }

  undo(plane, w) {
    return exchange(this.past, this.future, plane, w);
  }

  redo(plane, w) {
    return exchange(this.future, this.past, plane, w);
  }
}

// The step's bytes go into the plane, and what stood there becomes the step of the other pile.
function exchange(from, to, plane, w) {
  const step = from.pop();
  if (!step) return null;
  to.push({ ...step, bytes: cutBox(plane, w, step.box) });
  putBox(plane, w, step.box, step.bytes);
  return step;
}
