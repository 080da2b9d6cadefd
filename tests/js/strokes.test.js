import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { crc32 as zlibCrc, inflateSync } from "node:zlib";
import { boxOf, wholeBox } from "../../assets/boxes.js";
import { bytesOfLatin1, crc32, latin1, strokeMessage } from "../../assets/stroke_codec.js";
import { Outbox } from "../../assets/outbox.js";
import { Paper } from "../../assets/paper.js";

const unbase64 = text => new Uint8Array(inflateSync(Buffer.from(text, "base64")));

test("the check sum is zlib's CRC-32", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(crc32(new Uint8Array(0)), 0);
  if (zlibCrc) assert.equal(crc32(Uint8Array.of(1, 2, 255)), zlibCrc(Uint8Array.of(1, 2, 255)));
});

test("bytes survive as text", () => {
  const all = Uint8Array.from({ length: 70000 }, (_, i) => i & 255);
  assert.deepEqual(bytesOfLatin1(latin1(all)), all);
});

test("a message holds the box, its bytes and the sum of the whole plane", async () => {
  const plane = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * i) & 255);
  const message = await strokeMessage({ doc: "d", plane, w: 64, h: 64, box: boxOf(3, 5, 7, 6), from: 4, n: 5, step: "brush" });
  assert.deepEqual(message.box, [3, 5, 7, 6]);
  assert.deepEqual([...unbase64(message.z)], [...plane.subarray(5 * 64 + 3, 5 * 64 + 7)]);
  assert.equal(message.sum, crc32(plane));
  assert.equal(message.from, 4);
});

test("where all is asked for, or all is no larger, the whole plane travels and needs no predecessor", async () => {
  const plane = new Uint8Array(32 * 32).fill(7);
  const ask = { doc: "d", plane, w: 32, h: 32, box: boxOf(0, 0, 1, 1), from: -1, n: 9, step: "", whole: true };
  const all = await strokeMessage(ask);
  assert.deepEqual([all.box, all.from], [[0, 0, 32, 32], -1]);
  assert.deepEqual(unbase64(all.z), plane);
  const wide = await strokeMessage({ ...ask, whole: false, box: wholeBox(32, 32), from: 3 });
  assert.equal(wide.from, -1);
});

test("a typical stroke at 512² takes less than 4 kB", async () => {
  const codes = Uint8Array.from({ length: 512 * 512 }, (_, i) => 12 + ((i * 7919) % 5)); // a noisy prediction
  let sent;
  const paper = new Paper({ doc: "d", w: 512, h: 512, codes, speak: (p, m) => (sent = strokeMessage({ ...p, ...m })) });
  paper.begin(243, 1);
  for (let k = 0; k < 60; k++) paper.extend([100 + k, 200 + 20 * Math.sin(k / 9)], [101 + k, 200 + 20 * Math.sin((k + 1) / 9)], 12);
  paper.end("brush");
  const bytes = JSON.stringify(await sent).length;
  assert.ok(bytes < 4000, `${bytes} bytes`);
  paper.outbox.stop();
});

// ---- what the server has yet to hear ----

const outbox = () => {
  const said = [];
  return { said, box: new Outbox(m => said.push(m), { patience: 1000 }) };
};

test("one message is on its way at a time, and the next holds all that changed since", () => {
  const { said, box } = outbox();
  box.add(boxOf(0, 0, 1, 1), "brush");
  box.add(boxOf(5, 5, 6, 6), "brush");
  box.add(boxOf(2, 2, 3, 3), "fill");
  assert.equal(said.length, 1);
  box.answer(1);
  assert.deepEqual(said[1], { from: 1, n: 3, box: boxOf(2, 2, 6, 6), step: "fill", whole: false });
  assert.ok(!box.idle);
  box.answer(3);
  assert.ok(box.idle);
  box.stop();
});

test("a lost message is said again, later and later, with what was painted meanwhile", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { said, box } = outbox();
  box.add(boxOf(0, 0, 1, 1), "brush");
  mock.timers.tick(1000);
  assert.equal(said.length, 2);
  box.add(boxOf(3, 3, 4, 4), "brush");
  mock.timers.tick(1999);
  assert.equal(said.length, 2);
  mock.timers.tick(1);
  assert.deepEqual(said[2], { from: 0, n: 2, box: boxOf(0, 0, 4, 4), step: "brush", whole: false });
  box.answer(2);
  mock.timers.tick(60000);
  assert.equal(said.length, 3);
  mock.timers.reset();
});

test("a late answer takes nothing back", () => {
  const { box } = outbox();
  box.add(boxOf(0, 0, 1, 1), "a");
  box.answer(1);
  box.add(boxOf(0, 0, 1, 1), "b");
  box.answer(2);
  box.answer(1);
  assert.equal(box.answered, 2);
  box.stop();
});

test("when the server asks for the whole plane it gets it", () => {
  const { said, box } = outbox();
  box.add(boxOf(0, 0, 1, 1), "brush");
  box.answer(0, true);
  assert.equal(said.at(-1).whole, true);
  assert.equal(said.at(-1).n, 1);
  box.answer(1);
  assert.ok(box.idle);
  box.stop();
});
