import assert from "node:assert/strict";
import { test } from "node:test";
import { RAMPS, STEPS, shade, word } from "../../assets/colours.js";
import { HOME, frameOf, sampleGrid } from "../../assets/view.js";
import { STRIPES, paintHatch } from "../../assets/hatch.js";
import { IGNORED } from "../../assets/levels.js";
import { paintExtreme, paintLevels, paintRanked, paintWords, rankTable } from "../../assets/paint.js";
import { planeLimits, tableLimits } from "../../assets/limits.js";

const whole = (w, h, W, H, K) => sampleGrid(frameOf(w, h), HOME, W, H, K);

test("a table is painted by lookup", () => {
  const row = Float32Array.from({ length: 512 }, (_, code) => code / 511);
  const codes = Uint16Array.of(0, 100, 256, 511);
  const out = new Uint32Array(4);
  paintRanked(out, whole(2, 2, 2, 2, 1), codes, 2, rankTable(row, RAMPS.share, [0, 1]));
  assert.deepEqual([...out], [...codes].map(code => shade(RAMPS.share, 0, 1, row[code])));
});

test("one wrong pixel among 64 × 64 stays visible at 8 × 8", () => {
  const row = new Float32Array(512);
  row[7] = -3;
  const codes = new Uint16Array(64 * 64);
  codes[20 * 64 + 33] = 7;
  const out = new Uint32Array(64);
  paintRanked(out, whole(64, 64, 8, 8, 8), codes, 64, rankTable(row, RAMPS.gradient, [-3, 3]));
  assert.equal(out[2 * 8 + 4], RAMPS.gradient[0]);
  assert.equal(out.filter(c => c !== RAMPS.gradient[(STEPS - 1) / 2]).length, 1);
});

test("dense planes show the largest |value| too, and NaN nothing", () => {
  const values = Float32Array.of(0.1, -0.9, NaN, NaN, 0.2, 0.3, NaN, NaN, 0, 0, 0, 0, 0, 0, 0, 0);
  const out = new Uint32Array(4);
  paintExtreme(out, whole(4, 4, 2, 2, 2), values, 4, RAMPS.gradient, [-1, 1]);
  assert.equal(out[0], shade(RAMPS.gradient, -1, 1, Math.fround(-0.9)));
  assert.equal(out[1], 0);
});

test("a NaN in a table neither hides its neighbours nor has a colour", () => {
  const row = new Float32Array(512);
  row[1] = NaN;
  row[2] = 1;
  const { rank, colour } = rankTable(row, RAMPS.share, [0, 1]);
  assert.ok(rank[1] < rank[0] && rank[0] < rank[2]);
  assert.equal(colour[rank[1]], 0);
});

test("pictures are averaged", () => {
  const grey = Uint8Array.of(0, 100, 200, 100);
  const level = Float32Array.from({ length: 256 }, (_, i) => i);
  const out = new Uint32Array(1);
  paintLevels(out, whole(2, 2, 1, 1, 2), grey, 2, level);
  assert.equal(out[0], word(100, 100, 100));
  const words = Uint32Array.of(word(0, 10, 20), word(100, 10, 20), word(0, 10, 20), word(100, 10, 20));
  paintWords(out, whole(2, 2, 1, 1, 2), words, 2);
  assert.equal(out[0], word(50, 10, 20));
});

test("white is 0 on a gradient map, and the share grows brighter all the way", () => {
  assert.equal(shade(RAMPS.gradient, -1, 1, 0), word(255, 255, 255));
  const light = c => 0.2126 * (c & 255) + 0.7152 * ((c >> 8) & 255) + 0.0722 * ((c >> 16) & 255);
  for (let i = 8; i < STEPS; i += 8) assert.ok(light(RAMPS.share[i]) >= light(RAMPS.share[i - 8]) - 0.5);
});

test("automatic limits hold nearly all pixels, and codes that do not occur do not count", () => {
  const row = Float32Array.from({ length: 512 }, (_, code) => code);
  const counts = new Uint32Array(512);
  counts[3] = 996;
  counts[9] = 4;
  assert.deepEqual(tableLimits("share", row, counts), [0, 3]);
  assert.deepEqual(tableLimits("gradient", row, counts), [-3, 3]);
  assert.deepEqual(planeLimits("gradient", Float32Array.of(0, -2, NaN, 1)), [-2, 2]);
  assert.deepEqual(planeLimits("share", new Float32Array(9)), [0, 1]);
});

test("where a screen pixel covers ignored ones and others, a map shows the others", () => {
  const row = new Float32Array(512).fill(0.5);
  const codes = Uint16Array.of(IGNORED, 3, IGNORED, IGNORED);
  const [mixed, alone] = [new Uint32Array(1), new Uint32Array(4)];
  paintRanked(mixed, whole(2, 2, 1, 1, 2), codes, 2, rankTable(row, RAMPS.share, [0, 1]));
  paintHatch(mixed, whole(2, 2, 1, 1, 2), codes, 2, IGNORED);
  assert.equal(mixed[0], shade(RAMPS.share, 0, 1, 0.5));
  paintHatch(alone, whole(2, 2, 2, 2, 1), codes, 2, IGNORED);
  assert.deepEqual([...alone].map(word => STRIPES.includes(word)), [true, false, true, true]);
});
