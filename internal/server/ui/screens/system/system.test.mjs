// Tests of the pure parts of the screen System, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { byNeed, fillings, kept, span, summary } from "./words.js";

const plain = (text) => text.replaceAll("\u00a0", " ");

test("what is kept is said with every limit", () => {
  assert.equal(kept({ age: 0, runs: 0, bytes: 0 }), "all runs, for ever");
  assert.equal(plain(kept({ age: 30 * 86_400, runs: 0, bytes: 0 })), "for 30 days, and baselines");
  assert.equal(plain(kept({ age: 5400, runs: 1000, bytes: 2 ** 30 })),
    "the newest 1,000, up to 1 GiB, for 1 h 30 min, and baselines");
});

test("a span has its two largest units", () => {
  assert.deepEqual([59, 3600, 86_399, 86_400, 90_000, 172_800].map(span).map(plain),
    ["59 s", "1 h 0 min", "23 h 59 min", "1 day", "1 day 1 h", "2 days"]);
});

test("what is limited has a share", () => {
  const store = { runs: 30, bytes: 500, unstored: 0 };
  assert.deepEqual(fillings({ store, retention: { age: 9, runs: 0, bytes: 0 } }), []);
  assert.deepEqual(fillings({ store, retention: { age: 0, runs: 40, bytes: 250 } }), [["runs", 0.75], ["bytes", 1]]);
});

test("workers that need a look come first", () => {
  const workers = ["idle", "refused", "running", "gone"].map((state, i) => ({ name: `w${i}`, state }));
  assert.deepEqual(byNeed(workers).map(({ name }) => name), ["w1", "w3", "w0", "w2"]);
  assert.equal(summary(workers), "4 workers: 1 refused, 1 gone, 1 running, 1 idle");
  assert.equal(summary([]), "0 workers");
});
