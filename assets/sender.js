// Messages while a dial is dragged: few at a time, the newest value of each dial wins, the last one is never lost.

const now = () => performance.now();

export class Sender {
  // emit({n, moves}) speaks to the server; `n` counts the messages, `answered` is the newest that came back.
  constructor(emit, { flight = 3, gap = 30, patience = 1000, clock = now } = {}) {
    Object.assign(this, { emit, flight, gap, patience, clock, n: 0, answered: 0, at: -Infinity });
    this.wanted = new Map(); // name -> {v, done}: not yet sent
    this.unanswered = new Map(); // name -> {v, n, done}: sent, and sent again with later ones until it is answered
  }

  get idle() {
    return !this.wanted.size && this.n <= this.answered;
  }

  want(name, v, done) {
    this.wantAll([[name, v]], done);
  }

  // Several dials at once travel in one message: half a move is never seen.
  wantAll(moves, done) {
    for (const [name, v] of moves) this.wanted.set(name, { v, done });
    this.send();
  }

  answer(n) {
    this.n = Math.max(this.n, n); // a component that was away continues the server's count
    this.answered = Math.max(this.answered, n);
    for (const [name, move] of this.unanswered) if (move.n <= n) this.unanswered.delete(name);
    this.send();
  }

  send() {
    clearTimeout(this.timer);
    if (!this.wanted.size) return;
    const since = this.clock() - this.at;
    const full = this.n - this.answered >= this.flight; // wait for an answer, but a lost one must not freeze the dial
    const wait = Math.max(this.gap - since, full ? this.patience - since : 0);
    if (wait > 0) {
      this.timer = setTimeout(() => this.send(), wait);
      return;
    }
    this.at = this.clock();
    this.n += 1;
    for (const [name, { v, done }] of this.wanted) this.unanswered.set(name, { v, n: this.n, done });
    this.wanted.clear();
    this.emit({ n: this.n, moves: Object.fromEntries(this.unanswered) });
  }

  drop() {
    this.wanted.clear();
    this.unanswered.clear();
  }

  stop() {
    clearTimeout(this.timer);
  }
}
