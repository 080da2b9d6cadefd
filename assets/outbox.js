// What the server has not confirmed yet. One message is on its way at a time; the newest state wins; a lost one is said again.

import { unionBox } from "./boxes.js";

export class Outbox {
  // speak({from, n, box, step, whole}) sends the changes since `from`, or all. `n` counts the steps of the document.
  constructor(speak, { patience = 2500 } = {}) {
    Object.assign(this, { speak, patience, n: 0, answered: 0, sentN: 0, steps: [], wait: patience });
  }

  get idle() {
    return this.answered >= this.n;
  }

  // A step changed `box`.
  add(box, step) {
    this.n += 1;
    this.steps.push({ n: this.n, box, step });
    if (this.sentN <= this.answered) this.send(); // nothing is on its way
  }

  // The server holds step n, or asks for the whole plane.
  answer(n, whole = false) {
    if (whole) {
      this.answered = -1;
      this.send();
      return;
    }
    if (n > this.n) this.n = n; // the server knows of later steps: this tab lost them
    if (n <= this.answered) return;
    this.answered = n;
    this.wait = this.patience;
    this.steps = this.steps.filter(step => step.n > n);
    clearTimeout(this.timer);
    if (!this.idle && this.sentN <= n) this.send();
    else if (!this.idle) this.expect();
  }

  // The document as the server gave it, at its step n.
  begin(n) {
    this.n = this.answered = this.sentN = n;
  }

  // Back after the painter was away: what is unanswered is said again.
  resume() {
    if (!this.idle) this.send();
  }

  send() {
    clearTimeout(this.timer);
    if (this.idle) return;
    this.sentN = this.n;
    const box = this.steps.reduce((sum, step) => unionBox(sum, step.box), null);
    this.speak({ from: this.answered, n: this.n, box, step: this.steps.at(-1)?.step ?? "", whole: this.answered < 0 });
    this.expect();
  }

  expect() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.wait = Math.min(2 * this.wait, 30000);
      this.send();
    }, this.wait);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
