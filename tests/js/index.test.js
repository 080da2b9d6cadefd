import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, clipped, prepared } from "../../assets/index_list.js";
import { marked, plainText, wordsOf } from "../../assets/words.js";

const card = (title, texts, also = "") =>
  prepared({ name: title.toLowerCase().replaceAll(" ", "_"), title, also, effect: `Effect of ${title}.`, texts });

test("words are compared without accents, punctuation, Greek letters and plurals", () => {
  assert.equal(plainText("Lovász-hinge, α = ½"), "lovasz hinge alpha ½");
  assert.deepEqual(wordsOf("noisy Labels  loss"), ["noisy", "label", "loss"]);
  assert.deepEqual(wordsOf("   "), []);
  assert.deepEqual(wordsOf("why is log-cosh impossible?"), ["log", "cosh", "impossible"]);
  assert.deepEqual(wordsOf("what is it"), ["what", "is", "it"], "fillers alone are words");
});

test("a question is answered by the sentence that says it", () => {
  const tversky = card("Tversky loss", ["alpha: price of a false positive", "Keras: it has α on false negatives.", "Keras has no smoothing."]);
  const found = answer(tversky, wordsOf("keras tversky alpha"));
  assert.equal(found.sentence, "Keras: it has α on false negatives.");
  assert.equal(answer(tversky, wordsOf("keras elephant")), null);
});

test("a loss that is named comes before one that is spoken of", () => {
  const named = answer(card("Dice loss", []), wordsOf("dice"));
  const spoken = answer(card("Jaccard loss", ["Harder than Dice."]), wordsOf("dice"));
  const alias = answer(card("F-beta loss", [], "Dice at b = 1"), wordsOf("dice"));
  assert.ok(named.score > alias.score && alias.score > spoken.score);
  assert.equal(named.sentence, "", "its own sentence stays");
});

test("what was asked for is marked, Greek letters too, and nothing is lost", () => {
  const parts = marked("α prices false alarms (a.b)", ["alpha", "alarm"]);
  assert.equal(parts.map(p => p.text).join(""), "α prices false alarms (a.b)");
  assert.deepEqual(parts.filter(p => p.hit).map(p => p.text), ["α", "alarms"], "whole words");
  assert.deepEqual(marked("a.b", ["."]).filter(p => p.hit).length, 1, "no pattern is read out of a question");
});

test("a long sentence is cut around the word, at spaces", () => {
  const long = `${"far away ".repeat(40)}the needle ${"and more ".repeat(40)}`;
  const cut = clipped(long, ["needle"]);
  assert.ok(cut.includes("needle") && cut.length < 170, cut);
  assert.ok(cut.startsWith("… ") && cut.endsWith(" …"));
  assert.equal(clipped("short", ["needle"]), "short");
});
