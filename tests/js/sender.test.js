import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Sender } from "../../assets/sender.js";

function started() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const sent = [];
  const sender = new Sender(message => sent.push(message), { clock: () => Date.now() + 1000 });
  return { sent, sender };
}

test("few messages fly, and the newest value wins", () => {
  const { sent, sender } = started();
  for (let i = 0; i < 100; i++) {
    sender.want("gamma", i, false);
    mock.timers.tick(5);
  }
  assert.ok(sent.length <= 3);
  sender.answer(sent.length);
  mock.timers.tick(40);
  assert.deepEqual(sent.at(-1).moves.gamma, { v: 99, n: sent.at(-1).n, done: false });
});

test("the last value is sent even when no answer ever comes", () => {
  const { sent, sender } = started();
  for (let i = 0; i < 50; i++) {
    sender.want("gamma", i, false);
    mock.timers.tick(10);
  }
  sender.want("gamma", 50, true);
  mock.timers.tick(5000);
  assert.equal(sent.at(-1).moves.gamma.v, 50);
  assert.equal(sent.at(-1).moves.gamma.done, true);
});

test("a move of one dial is not lost when another follows before the answer", () => {
  const { sent, sender } = started();
  sender.want("alpha", 0.3, true);
  mock.timers.tick(50);
  sender.want("gamma", 4, false);
  mock.timers.tick(50);
  assert.deepEqual(Object.keys(sent.at(-1).moves), ["alpha", "gamma"]);
  sender.answer(1);
  sender.want("gamma", 5, true);
  mock.timers.tick(50);
  assert.deepEqual(Object.keys(sent.at(-1).moves), ["gamma"]);
  assert.equal(sender.idle, false);
  sender.answer(sent.at(-1).n);
  assert.equal(sender.idle, true);
});

test("what the dials of another loss wanted is void", () => {
  const { sent, sender } = started();
  sender.want("gamma", 1, false);
  sender.want("gamma", 2, false);
  sender.drop();
  mock.timers.tick(5000);
  sender.want("alpha", 3, true);
  assert.deepEqual(sent.map(m => Object.keys(m.moves)), [["gamma"], ["alpha"]]);
});

test("a component that was away continues the server's count", () => {
  const { sent, sender } = started();
  sender.answer(41);
  sender.want("gamma", 1, true);
  assert.equal(sent[0].n, 42);
});
