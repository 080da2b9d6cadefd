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

// As the server reads it.
function heard({ from, box: [x0, y0, x1, y1], z }, held, w) {
  const body = unbase64(z);
  const plane = held.slice();
  const bits = from === -1 ? 0 : ((x1 - x0) * (y1 - y0) + 7) >> 3;
  let next = bits;
  for (let y = y0, i = 0; y < y1; y++) {
    for (let x = x0; x < x1; x++, i++) {
      if (from === -1 || (body[i >> 3] >> (i & 7)) & 1) plane[y * w + x] = body[next++];
    }
  }
  assert.equal(next, body.length);
  return plane;
}

const noise = n => Uint8Array.from({ length: n }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255);

test("a message holds a bit for each pixel of the box, the changed codes, and the sum of the whole plane", async () => {
  const known = noise(64 * 64);
  const plane = known.slice();
  for (const at of [5 * 64 + 3, 5 * 64 + 6, 7 * 64 + 4]) plane[at] ^= 9;
  const message = await strokeMessage({ doc: "d", plane, known, w: 64, h: 64, box: boxOf(3, 5, 7, 8), from: 4, n: 5, step: "brush" });
  assert.deepEqual(message.box, [3, 5, 7, 8]);
  assert.equal(message.from, 4);
  assert.equal(message.sum, crc32(plane));
  assert.deepEqual(heard(message, known, 64), plane);
  assert.equal(unbase64(message.z).length, 2 + 3);
});

test("where nothing is known, or all is no larger, the whole plane travels and needs no predecessor", async () => {
  const plane = new Uint8Array(32 * 32).fill(7);
  const ask = { doc: "d", plane, known: null, w: 32, h: 32, box: boxOf(0, 0, 1, 1), from: -1, n: 9, step: "" };
  const all = await strokeMessage(ask);
  assert.deepEqual([all.box, all.from], [[0, 0, 32, 32], -1]);
  assert.deepEqual(heard(all, noise(1024), 32), plane);
  const known = noise(32 * 32);
  const wide = await strokeMessage({ ...ask, known, box: wholeBox(32, 32), from: 3 });
  assert.equal(wide.from, -1);
  const few = known.slice();
  few[0] ^= 1;
  few[1023] ^= 1;
  const marked = await strokeMessage({ ...ask, plane: few, known, box: wholeBox(32, 32), from: 3 });
  assert.equal(marked.from, 3);
  assert.deepEqual(heard(marked, known, 32), few);
});

test("whatever is lost, doubled or late, the server ends with the plane on screen", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    let dice = seed * 7919;
    const chance = n => (dice = (Math.imul(dice, 48271) >>> 0) % 2147483647) % n;
    const wire = [];
    const start = noise(30 * 20);
    const paper = new Paper({ doc: "d", w: 30, h: 20, codes: start, speak: (p, m) => wire.push(strokeMessage({ ...m, plane: p.plane, doc: "d", w: 30, h: 20 })) });
    paper.outbox.expect = () => {};
    let server = { n: 0, plane: start, whole: false };
    const hear = message => {
      if (message.n <= server.n) return;
      const fits = message.from === -1 || message.from <= server.n;
      const plane = fits ? heard(message, server.plane, 30) : null;
      server = plane && crc32(plane) === message.sum ? { n: message.n, plane, whole: false } : { ...server, whole: true };
    };
    for (let step = 0; step < 60; step++) {
      const what = chance(8);
      if (what < 3) {
        paper.begin(chance(256), chance(2));
        paper.extend([chance(30), chance(20)], [chance(30), chance(20)], 1 + chance(4));
        paper.end("brush");
      } else if (what === 3) paper.undo();
      else if (what === 4) paper.redo();
      else if (what === 5 && wire.length) wire.splice(chance(wire.length), 1); // lost
      else if (what === 6) paper.outbox.send(); // said again
      else if (wire.length) {
        hear(await wire[chance(wire.length)]); // in any order, perhaps twice
        if (chance(3)) paper.answer(server.n, server.whole);
      }
    }
    for (let k = 0; k < 9 && !(paper.outbox.idle && server.n === paper.outbox.n); k++) {
      paper.outbox.send();
      hear(await wire.at(-1));
      paper.answer(server.n, server.whole);
    }
    assert.ok(paper.outbox.idle, `seed ${seed}`);
    assert.deepEqual(server.plane, paper.plane, `seed ${seed}`);
  }
});

test("a typical stroke at 512² takes less than 4 kB", async () => {
  const codes = Uint8Array.from({ length: 512 * 512 }, (_, i) => 12 + (noise(1)[0] + ((i * 7919) >> 3)) % 50); // a noisy prediction
  let sent;
  const paper = new Paper({ doc: "d", w: 512, h: 512, codes, speak: (p, m) => (sent = strokeMessage({ ...p, ...m })) });
  paper.begin(243, 1);
  for (let k = 0; k < 60; k++) paper.extend([100 + k, 200 + 20 * Math.sin(k / 9)], [101 + k, 200 + 20 * Math.sin((k + 1) / 9)], 12);
  paper.end("brush");
  const bytes = JSON.stringify(await sent).length;
  assert.ok(bytes < 2000, `${bytes} bytes`);
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
