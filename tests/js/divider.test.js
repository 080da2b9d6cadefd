import assert from "node:assert/strict";
import { test } from "node:test";
import { dividedBy } from "../../assets/divider.js";
import { rimsOf } from "../../assets/side.js";
import { HOME, frameOf } from "../../assets/view.js";

test("arrows move the divider by a hundredth, Shift and the page keys by a tenth, Home and End to the ends", () => {
  assert.equal(dividedBy(0.5, "ArrowLeft"), 0.49);
  assert.equal(dividedBy(0.5, "ArrowUp"), 0.51);
  assert.equal(dividedBy(0.5, "ArrowRight", true), 0.6);
  assert.equal(dividedBy(0.5, "PageDown"), 0.4);
  assert.equal(dividedBy(0.5, "PageDown", true), 0.4);
  assert.equal(dividedBy(0.5, "Home"), 0);
  assert.equal(dividedBy(0.5, "End"), 1);
});

test("the divider stays inside the picture, and other keys are none of its business", () => {
  assert.equal(dividedBy(0.004, "ArrowLeft"), 0);
  assert.equal(dividedBy(1, "ArrowRight"), 1);
  for (const key of ["+", "o", "Enter", "Tab"]) assert.equal(dividedBy(0.5, key), null);
});

test("where they disagree has a white rim inside and a black one around it", () => {
  const mask = Uint8Array.from([0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  const words = rimsOf(mask, 5, frameOf(5, 5), HOME, 5, 5, 1);
  const seen = [...words].map(v => ({ 0: ".", 0xffffffff: "w", 0xff000000: "b" })[v]).join("");
  assert.equal(seen, ".bbb." + "bwwwb" + "bw.wb" + "bwwwb" + ".bbb.");
});
