import assert from "node:assert/strict";
import { test } from "node:test";
import { isoline, levelsOf, pathOf } from "../../assets/contour.js";
import { Axis } from "../../assets/axis.js";

test("levels are round and strictly inside", () => {
  assert.deepEqual(levelsOf(0, 1, 5), [0.2, 0.4, 0.6000000000000001, 0.8]);
  assert.deepEqual(levelsOf(3, 3), []);
  assert.deepEqual(levelsOf(NaN, 1), []);
  assert.deepEqual(levelsOf(0.3, 0.30000000000000004), [], "flat but for rounding");
});

test("the line of a plane lies where the plane has the level", () => {
  const [w, h] = [6, 5];
  const values = Float32Array.from({ length: w * h }, (_, i) => (i % w) + 2 * Math.floor(i / w));
  const line = isoline(values, w, h, 4.5);
  assert.ok(line.length >= 8);
  for (let i = 0; i < line.length; i += 2) assert.ok(Math.abs(line[i] + 2 * line[i + 1] - 4.5) < 1e-6);
});

test("no line crosses what is undefined, and a saddle has two", () => {
  assert.deepEqual(isoline([0, 1, NaN, 1], 2, 2, 0.5), []);
  assert.equal(isoline([0, 1, 1, 0], 2, 2, 0.5).length, 8);
  assert.equal(isoline([0, 0, 0, 0], 2, 2, 0.5).length, 0);
});

test("segments become a path", () => {
  assert.equal(pathOf([0, 0, 1, 2], (x, y) => [10 * x, 10 * y]), "M0.0 0.0L10.0 20.0");
});

test("an axis places values and finds them again, linear and logarithmic", () => {
  for (const axis of [new Axis({ low: 0, high: 5 }), new Axis({ low: 1e-7, high: 1e5, log: true }), new Axis({ low: 1, high: 30, whole: true })]) {
    for (const t of [0, 0.25, 0.5, 1]) assert.ok(Math.abs(axis.at(axis.value(t)) - t) < 0.02, `${axis.log} ${t}`);
    assert.equal(axis.value(-1), axis.value(0));
    assert.ok(axis.marks.length >= 2 && axis.marks.every(m => m.at > -1e-9 && m.at < 1 + 1e-9));
  }
  assert.equal(new Axis({ low: 0, high: 1 }).value(0.30017), 0.3, "a number that people would type");
  assert.equal(new Axis({ low: 2, high: 2 }).at(2), 0.5, "one point is in the middle");
  const odd = new Axis({ low: 1, high: 21, whole: true, step: 2 });
  assert.equal(odd.value(odd.at(7) + odd.least), 9, "a key moves a whole dial by its step");
});
