import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { broadcast, keepPlane, listen, planeOf, seg, whenHere } from "../../assets/store.js";
import { matches } from "../../assets/loss_list.js";

const plane = bytes => ({ data: { byteLength: bytes } });

test("a view waits, asks for what is missing, and is called once all is here", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  let ready = 0;
  whenHere(["a", "b"], () => (ready += 1), lost => asked.push(lost));
  keepPlane("a", plane(1));
  mock.timers.tick(1500);
  assert.deepEqual(asked, [["b"]]);
  seg.arriving.add("b");
  mock.timers.tick(3000);
  assert.equal(asked.length, 1, "what is being unpacked is not asked for");
  keepPlane("b", plane(1));
  assert.equal(ready, 1);
  mock.timers.tick(60000);
  assert.equal(asked.length, 1);
  assert.equal(seg.waiting.size, 0);
  mock.timers.reset();
});

test("old planes make room, but never those that a view shows", () => {
  const user = () => ["shown"];
  seg.users.add(user);
  for (const name of ["shown", "old", "new"]) keepPlane(name, plane(120e6));
  assert.ok(planeOf("shown"));
  assert.ok(!planeOf("old"));
  assert.ok(planeOf("new"));
  seg.users.delete(user);
});

test("news reach listeners until they stop", () => {
  const heard = [];
  const stop = listen(news => heard.push(news.value));
  broadcast({ value: 1 });
  stop();
  broadcast({ value: 2 });
  assert.deepEqual(heard, [1]);
});

test("the search wants all words, in any order and any spelling of the gaps", () => {
  const row = { name: "focal_tversky", title: "Focal Tversky", family: "region" };
  assert.ok(matches(row, "tver focal"));
  assert.ok(matches(row, "Focal-Tversky region"));
  assert.ok(matches(row, ""));
  assert.ok(!matches(row, "focal dice"));
});
