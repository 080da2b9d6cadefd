import assert from "node:assert/strict";
import { test } from "node:test";
import { FN, FP, IGNORED, IGNORED_MARK, OUTSIDE, SKIPPED, TN, TP, levelTables, verdictTable } from "../../assets/levels.js";
import { HOME, frameOf, sampleGrid } from "../../assets/view.js";
import { OUTLINE_COLOURS, drawEdges, edgesOf } from "../../assets/outline.js";
import { Scene } from "../../assets/scene.js";
import { decodePlane, floats, inflate, unpack } from "../../assets/codec.js";
import { STRIPES } from "../../assets/hatch.js";
import { wordOf } from "../../assets/colours.js";

const panel = kind => ({ kind, name: kind, limits: null, legend: "", alt: kind, unit: "" });
const head = {
  size: [2, 2], image: "i", pair: "c", prediction: null, target: null, levels: { kind: "probability" },
  panels: ["image", "target", "prediction", "share", "gradient"].map(panel), dense: false, tick: 3,
};
const coded = decodePlane("code", 2, 2, Uint8Array.of(0, 255, 128, 127, 0b1010));
const picture = decodePlane("rgb", 2, 2, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 252));
const planes = { c: coded, i: picture };

test("codes and colours are read as they were packed", () => {
  assert.deepEqual([...coded.data], [0, 511, 128, 383]);
  assert.equal(coded.counts[511], 1);
  assert.equal(picture.data[3], ((255 << 24) | (252 << 16) | (251 << 8) | 250) >>> 0);
});

test("a pixel's facts are exact", () => {
  const values = Float32Array.from({ length: 1024 }, (_, i) => Math.sqrt(i));
  const scene = new Scene(head, values, digest => planes[digest]);
  const facts = scene.facts(1, 1, 0.5);
  assert.equal(facts.target, 1);
  assert.equal(facts.p, 127.5 / 256);
  assert.equal(facts.z, Math.log(127.5 / 128.5));
  assert.equal(facts.verdict, "FN");
  assert.deepEqual(facts.maps.map(m => m.value), [values[383], values[512 + 383]]);
  assert.deepEqual(facts.image, [250, 251, 252]);
});

test("float predictions and dense maps give facts of the same form", () => {
  const real = {
    p: decodePlane("f32", 2, 2, new Uint8Array(Float32Array.of(0.1, 0.9, 0.6, 0.2).buffer)),
    y: decodePlane("grey", 2, 2, Uint8Array.of(0, 1, 0, 1)),
  };
  const dense = { ...head, image: null, pair: null, prediction: "p", target: "y", dense: true };
  const scene = new Scene(dense, Float32Array.of(1, 2, 3, 4, -1, -2, -3, -4), digest => real[digest]);
  const facts = scene.facts(0, 1, 0.5);
  assert.equal(facts.p, Math.fround(0.6));
  assert.equal(facts.verdict, "FP");
  assert.deepEqual(facts.maps.map(m => m.value), [3, -3]);
  assert.equal(facts.image, null);
  assert.deepEqual([...scene.verdicts(sampleGrid(frameOf(2, 2), HOME, 2, 2, 1), 0.5)], [TN, TP, FP, FN]);
});

test("an ignored pixel has no target and no map, but a prediction", () => {
  const some = decodePlane("code", 2, 2, Uint8Array.of(0, 255, 128, 127, 0b1010, 0b0100));
  assert.deepEqual([...some.data], [0, 511, IGNORED, 383]);
  assert.equal(some.counts[IGNORED], 1);
  const scene = new Scene(head, new Float32Array(1024).fill(2), digest => ({ c: some, i: picture })[digest]);
  const facts = scene.facts(0, 1, 0.5);
  assert.deepEqual([facts.target, facts.verdict, facts.p], [null, "ignored", 128.5 / 256]);
  assert.deepEqual(facts.maps.map(m => m.value), [null, null]);
  const grid = sampleGrid(frameOf(2, 2), HOME, 2, 2, 1);
  assert.deepEqual([...scene.verdicts(grid, 0.5)], [TN, TP, SKIPPED, FN]);
  const real = {
    p: decodePlane("f32", 2, 2, new Uint8Array(Float32Array.of(0.1, 0.9, 0.6, 0.2).buffer)),
    y: decodePlane("grey", 2, 2, Uint8Array.of(0, 1, IGNORED_MARK, 1)),
  };
  const dense = { ...head, image: null, pair: null, prediction: "p", target: "y", dense: true };
  const other = new Scene(dense, new Float32Array(8).fill(2), digest => real[digest]);
  assert.deepEqual([...other.verdicts(grid, 0.5)], [TN, TP, SKIPPED, FN]);
  assert.equal(other.facts(0, 1, 0.5).target, null);
  for (const one of [scene, other]) {
    const seen = one.panels.map(panel => {
      const out = new Uint32Array(4);
      one.paint(panel, out, grid, [0, 2]);
      return [...out];
    });
    const [, target, prediction, share, gradient] = seen;
    for (const map of [target, share, gradient]) assert.ok(STRIPES.includes(map[2]), "hatched");
    for (const map of [target, prediction, share, gradient]) assert.ok(!STRIPES.includes(map[3]));
    assert.ok(!STRIPES.includes(prediction[2]), "a prediction is seen everywhere");
  }
});

test("outlines end at ignored pixels, which have none", () => {
  const { at } = edgesOf(Uint8Array.from([SKIPPED, TP, TP, TP]), 4, 1);
  assert.deepEqual([...at], [1]);
});

test("hard predictions have two probabilities, and the threshold may separate them or not", () => {
  const { p, z } = levelTables({ kind: "hard", p: [0.05, 0.95], z: [-3, 3] });
  assert.deepEqual([p[0], p[127], p[128], p[255]], [0.05, 0.05, 0.95, 0.95]);
  assert.deepEqual([z[127], z[128]], [-3, 3]);
  assert.deepEqual([...verdictTable(p, 0.5).subarray(0, 512)].filter((_, code) => code % 128 === 0), [TN, FP, FN, TP]);
  assert.deepEqual([...verdictTable(p, 0.96).subarray(0, 512)].filter((_, code) => code % 128 === 0), [TN, TN, FN, FN]);
});

test("logits mirror exactly", () => {
  const { z } = levelTables({ kind: "probability" });
  for (let g = 0; g < 256; g++) assert.ok(Math.abs(z[g] + z[255 - g]) < 1e-12);
});

test("outlines lie inside their region, and neither the frame nor the background has one", () => {
  const here = Uint8Array.from([
    TP, TP, TP, TN,
    TP, TP, TP, TN,
    TP, TP, FP, TN,
    OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE,
  ]);
  const { at, words } = edgesOf(here, 4, 4);
  assert.deepEqual([...at], [2, 6, 9, 10]);
  const out = new Uint32Array(16);
  drawEdges(out, { at, words });
  assert.equal(out[10], wordOf(OUTLINE_COLOURS.FP));
  assert.equal(out[2], wordOf(OUTLINE_COLOURS.TP));
  assert.equal(out[0], 0);
});

test("a message is read at any offset of a larger one", async () => {
  const text = new TextEncoder().encode('{"tick":7}');
  const body = new Uint8Array(Float32Array.of(1.5, -2).buffer);
  const message = new Uint8Array(3 + 16 + 8);
  new DataView(message.buffer).setUint32(3, text.length, true);
  message.set(text, 7);
  message.set(body, 3 + 16);
  const { head: said, body: rest } = unpack(message.subarray(3));
  assert.equal(said.tick, 7);
  assert.deepEqual([...floats(rest)], [1.5, -2]);
  const packed = new Blob([body]).stream().pipeThrough(new CompressionStream("deflate"));
  assert.deepEqual(await inflate(new Uint8Array(await new Response(packed).arrayBuffer())), body);
});
