// Tests of whiskers, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { positions, reach } from "./whisker.js";

test("a whisker has 0 in the middle, and what is beyond its scale at the end", () => {
  assert.deepEqual(positions({ low: -0.1, value: 0, high: 0.1 }, 0.1),
    { low: 5, value: 100, high: 195, cutLow: false, cutHigh: false });
  assert.deepEqual(positions({ low: -0.05, value: 0.2, high: 3 }, 0.1),
    { low: 52.5, value: 195, high: 195, cutLow: false, cutHigh: true });
  assert.deepEqual(positions({ value: undefined }, 1),
    { low: undefined, value: undefined, high: undefined, cutLow: false, cutHigh: false });
});

test("the reach of whiskers is round, and one far beyond the others does not flatten them", () => {
  assert.equal(reach([0.08, -0.11, undefined], 0.1), 0.15);
  assert.equal(reach([], 0.1), 0.1);
  assert.equal(reach([0.01, 0.02], 0.1), 0.1);
  assert.equal(reach([0.1, 0.1, 0.1, 0.1, 40], 0.1), 0.6);
  assert.equal(reach([19], 0.1), 20);
});
