import assert from "node:assert/strict";
import { test } from "node:test";
import { commonTop, limitsOf, nextSort, ordered } from "../../assets/loss_order.js";

const rows = [
  { title: "Dice", value: 0.2, fp: null }, { title: "BCE", value: 0.5, fp: 0.1 },
  { title: "Focal", value: null, fp: 0.9 }, { title: "Boundary", value: -0.1, fp: 0.3 },
];
const titles = sort => ordered(rows, sort).map(row => row.title).join();

test("rows are sorted by a column, both ways, and what is unknown comes last", () => {
  assert.equal(titles(""), "Dice,BCE,Focal,Boundary");
  assert.equal(titles("value"), "Boundary,Dice,BCE,Focal");
  assert.equal(titles("-value"), "BCE,Dice,Boundary,Focal");
  assert.equal(titles("title"), "BCE,Boundary,Dice,Focal");
  assert.equal(titles("-fp"), "Focal,Boundary,BCE,Dice");
  assert.equal(rows[0].title, "Dice", "the rows given stay as they are");
});

test("clicks go round: largest first for numbers, A first for names, then back", () => {
  assert.deepEqual(["", "-value", "value"].map(sort => nextSort(sort, "value")), ["-value", "value", ""]);
  assert.equal(nextSort("-value", "title"), "title");
});

test("in one range equal colours are equal parts of the loss", () => {
  const tiles = [
    { tops: [1, 4], total: 10, norm: 8 }, { tops: [200, 1], total: 1000, norm: 2 }, { tops: [5, 5], total: 0, norm: 0 },
  ];
  const look = { map: "share", colours: "one" };
  const common = commonTop(tiles, "share");
  assert.equal(common, 0.2);
  assert.deepEqual(tiles.map(tile => limitsOf(tile, look, common)), [[0, 2], [0, 200], [0, 5]]);
  assert.deepEqual(limitsOf(tiles[0], { map: "gradient", colours: "own" }, common), [-4, 4]);
});
