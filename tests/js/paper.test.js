import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, changedBox, clipBox, cutBox, putBox, unionBox } from "../../assets/boxes.js";
import { coverSegment, coverage, pressedRadius } from "../../assets/brush.js";
import { floodFill } from "../../assets/flood.js";
import { fillPolygon, fillRectangle } from "../../assets/polygon.js";
import { grown, inverted, shrunk, softened } from "../../assets/morphology.js";
import { Paper } from "../../assets/paper.js";

const draw = (w, h, paint) => {
  const plane = new Uint8Array(w * h);
  paint(plane);
  return plane;
};
const rows = (plane, w) =>
  Array.from({ length: plane.length / w }, (_, y) => [...plane.subarray(y * w, y * w + w)].map(v => (v ? "#" : ".")).join(""));
const noise = (n, seed = 1) => Uint8Array.from({ length: n }, () => (seed = (seed * 48271) % 2147483647) & 255);
const quiet = (w, h, codes = new Uint8Array(w * h)) => {
  const paper = new Paper({ doc: "d", w, h, codes, speak: () => {} });
  paper.outbox.expect = () => {}; // nobody answers here
  return paper;
};

// ---- boxes ----

test("boxes are clipped, joined, cut out and put back", () => {
  assert.deepEqual(clipBox(boxOf(-3, 1.5, 2.2, 99), 4, 5), boxOf(0, 1, 3, 5));
  assert.equal(clipBox(boxOf(7, 0, 9, 3), 4, 5), null);
  assert.deepEqual(unionBox(boxOf(0, 1, 2, 3), boxOf(1, 0, 5, 2)), boxOf(0, 0, 5, 3));
  assert.deepEqual(unionBox(null, boxOf(1, 1, 2, 2)), boxOf(1, 1, 2, 2));
  const plane = noise(20);
  const box = boxOf(1, 1, 4, 3);
  const copy = new Uint8Array(20);
  putBox(copy, 5, box, cutBox(plane, 5, box));
  for (let i = 0; i < 20; i++) {
    const inside = i % 5 >= 1 && i % 5 < 4 && i >= 5 && i < 15;
    assert.equal(copy[i], inside ? plane[i] : 0);
  }
});

test("the changed box holds every difference and nothing more", () => {
  const before = new Uint8Array(30);
  const after = before.slice();
  after[1 * 6 + 4] = after[3 * 6 + 2] = 9;
  assert.deepEqual(changedBox(before, after, 6, boxOf(0, 0, 6, 5)), boxOf(2, 1, 5, 4));
  assert.equal(changedBox(before, before, 6, boxOf(0, 0, 6, 5)), null);
});

// ---- brush ----

test("the thinnest brush paints the one pixel under it, wherever in the pixel it is", () => {
  for (const at of [[3.01, 2.01], [3.5, 2.5], [3.99, 2.99]]) {
    const cover = new Uint8Array(48);
    coverSegment(cover, 8, 6, at, at, 0.5, 1);
    assert.deepEqual([...cover.keys()].filter(i => cover[i]), [2 * 8 + 3]);
  }
});

test("a disc holds exactly the pixels whose centres are within the radius", () => {
  const cover = new Uint8Array(41 * 41);
  coverSegment(cover, 41, 41, [20.5, 20.5], [20.5, 20.5], 12.3, 1);
  for (let y = 0; y < 41; y++) {
    for (let x = 0; x < 41; x++) assert.equal(cover[y * 41 + x] > 0, Math.hypot(x - 20, y - 20) <= 12.3);
  }
});

test("a thin line has no gap in any direction", () => {
  for (let k = 0; k < 40; k++) {
    const [bx, by] = [20.5 + 18 * Math.cos(k / 6.4), 20.5 + 18 * Math.sin(k / 6.4)];
    const cover = new Uint8Array(41 * 41);
    coverSegment(cover, 41, 41, [20.5, 20.5], [bx, by], 0.5, 1);
    const reached = new Set([20 * 41 + 20]);
    for (const at of reached) {
      for (const d of [-42, -41, -40, -1, 1, 40, 41, 42]) if (cover[at + d]) reached.add(at + d);
    }
    assert.ok(reached.has(Math.floor(by) * 41 + Math.floor(bx)), `direction ${k}`);
    assert.equal(reached.size, cover.filter(Boolean).length);
  }
});

test("a soft rim falls from full to nothing, a hard one not at all", () => {
  assert.equal(coverage(9.99, 10, 1), 255);
  assert.equal(coverage(10.01, 10, 1), 0);
  const soft = [0, 4, 6, 8, 9.9].map(d => coverage(d, 10, 0.4));
  assert.equal(soft[0], 255);
  assert.equal(soft[1], 255);
  for (let i = 2; i < soft.length; i++) assert.ok(soft[i] < soft[i - 1] && soft[i] > 0);
});

test("only a pen's pressure scales the radius", () => {
  assert.equal(pressedRadius(10, "mouse", 0.25), 10);
  assert.equal(pressedRadius(10, "pen", 0.25), 5);
  assert.equal(pressedRadius(10, "pen", 1), 20);
});

test("a brush beyond the border paints what lies inside", () => {
  const cover = new Uint8Array(16);
  assert.equal(coverSegment(cover, 4, 4, [-9, -9], [-9, -9], 2, 1), null);
  assert.ok(coverSegment(cover, 4, 4, [-1, 1], [9, 1], 1.2, 1));
  assert.deepEqual(rows(cover, 4), ["####", "####", "....", "...."]);
});

// ---- fills ----

function floodSlowly(plane, w, h, x, y, value) {
  const object = plane[y * w + x] >= 128;
  const out = plane.slice();
  const seen = new Set([y * w + x]);
  for (const at of seen) {
    out[at] = value;
    const [px, py] = [at % w, Math.floor(at / w)];
    for (const [nx, ny] of [[px - 1, py], [px + 1, py], [px, py - 1], [px, py + 1]]) {
      if (nx >= 0 && ny >= 0 && nx < w && ny < h && plane[ny * w + nx] >= 128 === object) seen.add(ny * w + nx);
    }
  }
  return out;
}

test("the bucket fills the connected side of one half, as the slow way does", () => {
  for (let seed = 1; seed < 30; seed++) {
    const [w, h] = [3 + (seed % 17), 2 + (seed % 11)];
    const plane = noise(w * h, seed * 77).map(v => (v < 150 ? 20 : 230));
    const wanted = floodSlowly(plane, w, h, seed % w, seed % h, 99);
    const box = floodFill(plane, w, h, seed % w, seed % h, 99);
    assert.deepEqual(plane, wanted);
    assert.ok(box.x0 <= seed % w && seed % w < box.x1);
  }
  assert.equal(floodFill(new Uint8Array(4), 2, 2, 5, 0, 1), null);
});

test("the bucket bounded by an outline fills one side of it, whatever is painted there", () => {
  for (let seed = 1; seed < 30; seed++) {
    const [w, h] = [3 + (seed % 17), 2 + (seed % 11)];
    const painted = noise(w * h, seed * 31);
    const mask = noise(w * h, seed * 77).map(v => (v < 150 ? 0 : 1));
    const area = floodSlowly(mask.map(v => 255 * v), w, h, seed % w, seed % h, 99);
    const plane = painted.slice();
    floodFill(plane, w, h, seed % w, seed % h, 99, { sides: mask, from: 1 });
    assert.deepEqual(plane, painted.map((v, i) => (area[i] === 99 ? 99 : v)));
  }
});

test("a polygon holds the pixels whose centres it holds", () => {
  const star = [[10, 1], [14, 18], [1, 7], [19, 7], [5, 18]];
  const plane = draw(20, 20, p => fillPolygon(p, 20, 20, star, 255));
  const inside = (px, py) => {
    let odd = false;
    star.forEach(([bx, by], i) => {
      const [ax, ay] = star[(i || star.length) - 1];
      if (ay <= py !== by <= py && px < ax + ((py - ay) / (by - ay)) * (bx - ax)) odd = !odd;
    });
    return odd;
  };
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 20; x++) assert.equal(plane[y * 20 + x] > 0, inside(x + 0.5, y + 0.5), `${x} ${y}`);
  }
  const outside = new Uint8Array(16);
  assert.equal(fillPolygon(outside, 4, 4, [[-9, -9], [-5, -9], [-5, -5]], 255), null);
  assert.deepEqual(fillPolygon(outside, 4, 4, [[-9, -9], [99, -9], [99, 99], [-9, 99]], 255), boxOf(0, 0, 4, 4));
});

test("a rectangle holds both its corners, in any order", () => {
  for (const [a, b] of [[[1.2, 3.9], [3.7, 1.1]], [[3, 1], [1, 3]]]) {
    const plane = draw(5, 5, p => fillRectangle(p, 5, 5, a, b, 255));
    assert.deepEqual(rows(plane, 5), [".....", ".###.", ".###.", ".###.", "....."]);
  }
});

// ---- the whole plane ----

test("growing takes the largest of four neighbours, so every level set grows by one pixel", () => {
  const [w, h] = [9, 7];
  const plane = noise(w * h, 5);
  for (const cut of [1, 60, 128, 250]) {
    const set = plane.map(v => (v >= cut ? 255 : 0));
    assert.deepEqual(grown(plane, w, h).map(v => (v >= cut ? 255 : 0)), grown(set, w, h));
    assert.deepEqual(shrunk(plane, w, h).map(v => (v >= cut ? 255 : 0)), shrunk(set, w, h));
  }
  const dot = draw(3, 3, p => (p[4] = 7));
  assert.deepEqual([...grown(dot, 3, 3)], [0, 7, 0, 7, 7, 7, 0, 7, 0]);
  assert.deepEqual(inverted(shrunk(inverted(plane), w, h)), grown(plane, w, h));
});

test("softening keeps flat planes and spreads a dot by 1 2 1", () => {
  assert.deepEqual(softened(new Uint8Array(12).fill(200), 4, 3), new Uint8Array(12).fill(200));
  const dot = draw(5, 5, p => (p[12] = 160));
  assert.deepEqual([...softened(dot, 5, 5).subarray(5, 20)], [0, 10, 20, 10, 0, 0, 20, 40, 20, 0, 0, 10, 20, 10, 0]);
  assert.deepEqual([...softened(Uint8Array.of(200), 1, 1)], [200]);
});

// ---- the paper ----

test("undo and redo return every state exactly, thirty steps back", () => {
  const [w, h] = [31, 23];
  const paper = quiet(w, h, noise(w * h, 3));
  const states = [paper.plane.slice()];
  for (let k = 0; k < 40; k++) {
    if (k % 3 === 0) paper.replace("soften", softened(paper.plane, w, h));
    else {
      paper.begin(k * 5, k % 2 ? 1 : 0.3);
      paper.extend([k % w, 3], [w - (k % w), h - 2], 2);
      paper.end("brush");
    }
    states.push(paper.plane.slice());
  }
  for (let k = 0; k < 30; k++) {
    assert.ok(paper.undo());
    assert.deepEqual(paper.plane, states[39 - k]);
  }
  assert.equal(paper.undo(), null, "thirty steps, no more");
  for (let k = 0; k < 30; k++) paper.redo();
  assert.deepEqual(paper.plane, states[40]);
  paper.undo();
  paper.edit("fill", plane => floodFill(plane, w, h, 0, 0, 1));
  assert.equal(paper.redo(), null, "a new step ends the redo");
});

test("what is kept for undo is the changed box, not the plane", () => {
  const paper = quiet(512, 512);
  paper.begin(255, 1);
  paper.extend([100, 100], [100, 100], 5);
  paper.end("brush");
  assert.ok(paper.history.past[0].bytes.length <= 11 * 11);
});

test("a soft brush does not pile up within one stroke", () => {
  const paper = quiet(40, 40);
  paper.begin(200, 0);
  paper.extend([20, 20], [20, 20], 10);
  const once = paper.plane.slice();
  for (let k = 0; k < 5; k++) paper.extend([20, 20], [20, 20], 10);
  assert.deepEqual(paper.plane, once);
});

test("a cancelled stroke leaves no trace, and one that changes nothing is no step", () => {
  const paper = quiet(20, 20, noise(400));
  const before = paper.plane.slice();
  paper.begin(255, 1);
  paper.extend([2, 2], [15, 15], 3);
  assert.ok(paper.cancel());
  assert.deepEqual(paper.plane, before);
  paper.begin(before[0], 1);
  paper.extend([0.5, 0.5], [0.5, 0.5], 0.5);
  assert.equal(paper.end("brush"), null);
  assert.equal(paper.history.past.length, 0);
  assert.ok(paper.outbox.idle);
  assert.ok(paper.cover.every(c => c === 0));
});

test("a document of one pixel can be painted, filled, softened and undone", () => {
  const paper = quiet(1, 1);
  paper.begin(243, 1);
  paper.extend([0.5, 0.5], [0.5, 0.5], 9);
  assert.deepEqual(paper.end("brush"), boxOf(0, 0, 1, 1));
  assert.equal(floodFill(paper.plane, 1, 1, 0, 0, 9).x1, 1);
  assert.deepEqual([...grown(paper.plane, 1, 1)], [9]);
  paper.undo();
  assert.deepEqual([...paper.plane], [0]);
});

test("who takes a document over speaks for it", () => {
  const said = [];
  const paper = new Paper({ doc: "d", w: 4, h: 4, codes: new Uint8Array(16), speak: () => said.push("before") });
  paper.speak = (from, { n }) => said.push(["after", from.doc, n]);
  paper.replace("invert", new Uint8Array(16).fill(255));
  paper.outbox.stop();
  assert.deepEqual(said, [["after", "d", 1]]);
});
