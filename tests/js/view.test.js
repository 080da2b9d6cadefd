import assert from "node:assert/strict";
import { test } from "node:test";
import {
  HOME, frameOf, moved, panelAt, placeAt, revealing, sampleGrid, samplesFor, settled, zoomed,
} from "../../assets/view.js";

const near = (a, b, tolerance = 1e-9) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test("zoom keeps the pixel under the pointer", () => {
  const frame = frameOf(512, 512);
  const view = settled(frame, { z: 2, x: 100, y: 60 });
  const [x, y] = placeAt(frame, view, 0.3, 0.7);
  const after = placeAt(frame, zoomed(frame, view, 3, 0.3, 0.7), 0.3, 0.7);
  near(after[0], x);
  near(after[1], y);
});

test("a view never leaves the picture, and a drag that would is cut", () => {
  const frame = frameOf(300, 200);
  const view = moved(frame, settled(frame, { z: 4, x: 10, y: 10 }), 5, -5);
  assert.equal(view.x, 0);
  near(view.y, 200 - frame.height / 4);
});

test("zooming out at home changes nothing, so that the page may scroll", () => {
  const frame = frameOf(64, 64);
  const home = settled(frame, HOME);
  assert.deepEqual(zoomed(frame, home, 0.5), home);
});

test("a very long picture lies in the middle of its panel", () => {
  const frame = frameOf(1000, 100);
  near(frame.ratio, 0.4);
  const home = settled(frame, HOME);
  near(home.y, -(frame.height - 100) / 2);
  const grid = sampleGrid(frame, home, 100, 40, 1);
  assert.deepEqual([grid.x0, grid.x1, grid.y0, grid.y1], [0, 100, 15, 25]);
});

test("panel and picture coordinates are inverse", () => {
  const frame = frameOf(120, 90);
  const view = settled(frame, { z: 3, x: 20, y: 30 });
  const [u, v] = panelAt(frame, view, ...placeAt(frame, view, 0.25, 0.5));
  near(u, 0.25);
  near(v, 0.5);
});

test("the crosshair takes the view along", () => {
  const frame = frameOf(100, 100);
  const view = settled(frame, { z: 4, x: 0, y: 0 });
  const next = revealing(frame, view, 60, 10);
  near(next.x, 36);
  near(next.y, 0);
});

test("the samples of a reduced picture reach every pixel once", () => {
  const frame = frameOf(64, 64);
  assert.equal(samplesFor(frame, HOME, 16), 4);
  const grid = sampleGrid(frame, HOME, 16, 16, 4);
  assert.deepEqual([...grid.xs], Array.from({ length: 64 }, (_, i) => i));
  assert.equal(samplesFor(frame, HOME, 128), 1);
});
