import assert from "node:assert/strict";
import { test } from "node:test";
import { squaredDistances, squaredToOther } from "../../assets/six_losses.js";
import { GRID, STARTS, TARGET, measured, placed, saying, wayOf } from "../../assets/pushed.js";

const brute = (mask, w, h, wanted) => Float64Array.from(mask, (_, i) => {
  let best = Infinity;
  mask.forEach((m, j) => {
    if (m === wanted) best = Math.min(best, ((i % w) - (j % w)) ** 2 + (Math.floor(i / w) - Math.floor(j / w)) ** 2);
  });
  return best;
});

test("distances are exact", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (const [w, h, part] of [[9, 14, 0.1], [17, 5, 0.6], [6, 6, 0], [6, 6, 2]]) {
    const mask = Uint8Array.from({ length: w * h }, () => (random() < part ? 1 : 0));
    for (const wanted of [0, 1]) assert.deepEqual(squaredDistances(mask, w, h, wanted), brute(mask, w, h, wanted));
  }
  assert.deepEqual([...squaredToOther(Uint8Array.of(0, 0, 1, 1), 4, 1)], [4, 1, 1, 4]);
  assert.deepEqual([...squaredToOther(Uint8Array.of(1, 1), 2, 1)], [0, 0], "no outline, no distance");
});

const flat = at => measured(at).six.filter(one => one.flat).map(one => one.name);

test("at the start something is wrong and every loss slopes", () => {
  assert.deepEqual(flat(STARTS), []);
  assert.match(saying(STARTS, measured(STARTS)), /^They overlap .* all six losses fall .* down and to the right\.$/);
});

test("without overlap the overlap losses are stuck and the distance losses still fall the right way", () => {
  for (const [x, y, way] of [[10, 32, "to the right"], [20, 10, "down and to the right"]]) {
    const at = { ...STARTS, x, y };
    const found = measured(at);
    assert.equal(found.touches, false);
    assert.deepEqual(flat(at).sort(), ["bce", "dice", "focal", "tversky"]);
    const said = saying(at, found);
    assert.match(said, /^No overlap any more: .*Dice.* stuck/);
    assert.ok(said.includes(`Boundary and Hausdorff still fall ${way}.`), said);
  }
});

test("on the target every loss is near its lowest, and another size is named", () => {
  const on = { ...STARTS, ...TARGET, soft: 0.4 };
  assert.match(saying(on, measured(on)), /close to its lowest/);
  assert.ok(measured(on).six.every(one => one.bar < 0.07));
  assert.match(saying({ ...on, r: 5 }, measured({ ...on, r: 5 })), /too small/);
  assert.match(saying({ ...on, soft: 4 }, measured({ ...on, soft: 4 })), /unsure/);
});

test("the object stays in the picture and the way is named from where it is", () => {
  assert.deepEqual(placed({ x: -50, y: 500, r: 99, soft: 0 }), { x: 21, y: GRID - 21, r: 20, soft: 0.4 });
  assert.equal(wayOf({ x: TARGET.x + 20, y: TARGET.y }), "to the left");
  assert.equal(wayOf({ x: TARGET.x, y: TARGET.y + 20 }), "up");
});
