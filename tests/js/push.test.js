import assert from "node:assert/strict";
import { test } from "node:test";
import { squaredDistances, squaredToOther } from "../../assets/six_losses.js";
import { FLAT, GRID, RADII, SOFTNESS, STARTS, TARGET, barOf, measured, placed, saying, wayOf } from "../../assets/pushed.js";

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
  assert.match(saying(STARTS, measured(STARTS)), /^They overlap .* all six losses fall if it goes down and to the right\./);
});

test("without overlap the overlap losses are stuck and the distance losses still fall the right way", () => {
  for (const [x, y, way] of [[10, 32, "to the right"], [20, 10, "down and to the right"]]) {
    const at = { ...STARTS, x, y };
    const found = measured(at);
    assert.equal(found.touches, false);
    assert.deepEqual(flat(at).sort(), ["dice", "tversky"]);
    const said = saying(at, found);
    assert.match(said, /^No overlap any more: Dice and Tversky are stuck .*; BCE and Focal fall if it shrinks, /);
    assert.ok(said.includes(`Boundary and Hausdorff fall if it goes ${way}.`), said);
  }
});

test("on the target every loss is near its lowest, and another size is named", () => {
  const on = { ...STARTS, ...TARGET, soft: 0.4 };
  assert.match(saying(on, measured(on)), /close to its lowest/);
  assert.ok(measured(on).six.every(one => one.bar < 0.07));
  assert.match(saying({ ...on, r: 5 }, measured({ ...on, r: 5 })), /too small/);
  assert.match(saying({ ...on, soft: 4 }, measured({ ...on, soft: 4 })), /unsure/);
});

test("in the right place a wrong size or softness is no flat ground", () => {
  const on = { ...STARTS, ...TARGET };
  for (const [at, way] of [[{ ...on, r: 20 }, "shrinks"], [{ ...on, r: 5 }, "grows"]]) {
    assert.deepEqual(flat(at), []);
    assert.ok(saying(at, measured(at)).includes(`all six losses fall if it ${way}.`), saying(at, measured(at)));
  }
  const soft = measured({ ...on, soft: SOFTNESS[1] });
  assert.deepEqual(soft.six.filter(one => one.flat && one.bar >= 0.02), [], "nothing is striped");
  assert.match(saying({ ...on, soft: SOFTNESS[1] }, soft), /Dice and Tversky fall if it sharpens/);
});

test("a loss is flat only where no step takes more away than the threshold", () => {
  for (const at of [STARTS, { ...STARTS, x: 10 }, { ...STARTS, r: RADII[0] }, { ...STARTS, r: RADII[1], soft: SOFTNESS[0] }]) {
    for (const one of measured(at).six) {
      assert.equal(one.flat, Object.values(one.ways).every(falls => falls < FLAT), one.name);
      assert.equal(one.falls, Math.max(...Object.values(one.ways)));
    }
  }
});

test("every bar is within its scale, and its end is the largest value there is", () => {
  const tops = {};
  for (const x of [0, 16, 22, 34, 43, 64]) for (const y of [0, 16, 32, 64]) for (const r of [3, 8, 14, 17, 20]) for (const soft of [0.4, 1, 4]) {
    for (const { name, value, bar } of measured(placed({ x, y, r, soft })).six) {
      assert.ok(bar >= 0 && bar <= 1, name);
      tops[name] = Math.max(tops[name] ?? 0, value);
    }
  }
  for (const [name, top] of Object.entries(tops)) {
    assert.equal(barOf(name, top), 1, `${name} gets to its end`);
    assert.ok(barOf(name, 0.995 * top) < 1, `${name} is not cut off`);
  }
});

test("where Dice and cross-entropy part, the sentence says so, and only there", () => {
  const said = at => saying(at, measured(at));
  const on = { ...STARTS, ...TARGET };
  assert.match(said({ ...on, r: 3 }), /Dice stands at 82 % of its largest value, BCE at only 20 %/);
  assert.match(said({ ...on, soft: 4 }), /Dice stands at 42 % of its largest value, BCE at only 5\.6 %: pale/);
  assert.match(said(STARTS), /A little softer, BCE would drop by 8\.9 %, Dice by 0\.16 %/);
  assert.match(said({ ...STARTS, r: 20 }), /Dice would rise by/);
  for (const quiet of [on, { ...on, r: 20 }, { ...on, r: 9 }, { ...STARTS, soft: SOFTNESS[1] }]) assert.doesNotMatch(said(quiet), /BCE (at only|would)/);
});

test("the object stays in the picture and the way is named from where it is", () => {
  assert.deepEqual(placed({ x: -50, y: 500, r: 99, soft: 0 }), { x: 21, y: GRID - 21, r: 20, soft: 0.4 });
  assert.equal(wayOf({ x: TARGET.x + 20, y: TARGET.y }), "to the left");
  assert.equal(wayOf({ x: TARGET.x, y: TARGET.y + 20 }), "up");
});
