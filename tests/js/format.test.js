import assert from "node:assert/strict";
import { test } from "node:test";
import { exact, percent, pretty, ticks } from "../../assets/format.js";

test("numbers are short and say when they are none", () => {
  assert.equal(pretty(0), "0");
  assert.equal(pretty(3.2149e-6), "3.21e-6");
  assert.equal(pretty(-0.25), "−0.2500");
  assert.equal(pretty(1234.56), "1234.6");
  assert.equal(pretty(NaN), "undefined");
  assert.equal(pretty(-Infinity), "−∞");
});

test("nine digits name one float32", () => {
  for (const v of [1 / 3, 3.21e-6, -7.1e20, 16777217]) {
    const single = Math.fround(v);
    assert.equal(Math.fround(Number(exact(single))), single);
  }
});

test("percents have two digits and no exponent", () => {
  assert.equal(percent(0.000021), "0.0021 %");
  assert.equal(percent(0.125), "13 %");
  assert.equal(percent(0), "0 %");
  assert.equal(percent(1), "100 %");
  assert.match(percent(1e-12), /^< 0\.0/);
});

test("ticks are round, inside, and include 0 of a symmetric range", () => {
  const { factor, marks } = ticks(-2.6e-6, 2.6e-6);
  assert.equal(factor, "×10⁻⁶");
  assert.deepEqual(marks.map(m => m.label), ["−2", "0", "2"]);
  assert.equal(marks[1].at, 0.5);
  for (const { at } of marks) assert.ok(at >= 0 && at <= 1);
});

test("ticks need a range", () => {
  assert.deepEqual(ticks(0.3, 0.30000000000000004).marks, [], "flat but for rounding");
  assert.deepEqual(ticks(1, 1).marks, []);
  assert.deepEqual(ticks(0, NaN).marks, []);
});

test("ticks without a power of ten keep their decimals", () => {
  const { factor, marks } = ticks(0, 1);
  assert.equal(factor, "");
  assert.deepEqual(marks.map(m => m.label), ["0", "0.5", "1.0"]);
});
