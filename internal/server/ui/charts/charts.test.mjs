// Tests of the pure parts of the charts, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { labelled } from "./axis.js";
import { nearest } from "./cursor.js";
import { around, counts, durations } from "./domain.js";
import { outline } from "./layers.js";
import { bandPath, linePath, lonely } from "./path.js";
import { corners, covers } from "./marks.js";
import { linear, log, ordinal, tail, time } from "./scale.js";
import { clock, linearTicks, logTicks, niceStep, niceTop, percentile, tailTicks, timeTicks, wholeTicks } from "./ticks.js";

const identity = (value) => value;

// random is a generator of the same numbers in every run (mulberry32).
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("a nice step is 1, 2 or 5 times a power of ten, and the smallest that fits", () => {
  for (const [span, count, want] of [[10, 5, 2], [10, 4, 5], [10, 10, 1], [0.07, 5, 0.02], [3e6, 4, 1e6], [1, 1, 1]]) {
    assert.ok(Math.abs(niceStep(span, count) / want - 1) < 1e-9,
      `${span} in ${count}: ${niceStep(span, count)}, want ${want}`);
  }
});

test("linear ticks are multiples of a step, without rounding errors", () => {
  assert.deepEqual(linearTicks(0, 0.3, 3), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(linearTicks(-1, 1, 4), [-1, -0.5, 0, 0.5, 1]);
  assert.deepEqual(linearTicks(103, 118, 4), [105, 110, 115]);
  assert.deepEqual(linearTicks(5, 5, 4), [5]);
});

test("linear ticks are within their limits and no more than asked for", () => {
  const next = random(1);
  for (let i = 0; i < 2000; i++) {
    const span = 10 ** (next() * 12 - 6);
    const low = (next() - 0.5) * 1000 * span;
    const high = low + span;
    const count = 1 + Math.floor(next() * 12);
    const ticks = linearTicks(low, high, count);
    const slack = (high - low) * 1e-6 + Math.abs(high) * 1e-9;
    assert.ok(ticks.length <= count + 1, `${ticks.length} ticks from ${low} to ${high}, want ${count}`);
    assert.ok(ticks.every((tick) => tick >= low - slack && tick <= high + slack), `${ticks} from ${low} to ${high}`);
    assert.ok(ticks.every((tick, at) => at === 0 || tick > ticks[at - 1]), `${ticks} do not ascend`);
  }
});

test("a nice top is a multiple of a step, and not below the value", () => {
  assert.deepEqual([niceTop(97, 4), niceTop(100, 4), niceTop(0.0123, 4), niceTop(0, 4)], [100, 100, 0.015, 1]);
});

test("log ticks are 1, 2, 5, or fewer a decade where those are too many", () => {
  assert.deepEqual(logTicks(0.001, 0.02, 9), [0.001, 0.002, 0.005, 0.01, 0.02]);
  assert.deepEqual(logTicks(0.001, 1, 8), [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]);
  assert.deepEqual(logTicks(0.001, 1, 5), [0.001, 0.01, 0.1, 1]);
  assert.deepEqual(logTicks(1e-6, 100, 3), [1e-6, 0.001, 1]);
  assert.deepEqual(logTicks(3, 4, 5), []);
});

test("time ticks are round times", () => {
  assert.deepEqual(timeTicks(10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(timeTicks(95, 6), [0, 30, 60, 90]);
  assert.deepEqual(timeTicks(3600, 6), [0, 600, 1200, 1800, 2400, 3000, 3600]);
  assert.deepEqual(timeTicks(0.5, 5), [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  assert.deepEqual(timeTicks(30 * 86400, 3), [0, 10 * 86400, 20 * 86400, 30 * 86400]);
});

test("times are written as a clock shows them", () => {
  assert.deepEqual([0, 5, 90, 600, 3661].map(clock), ["0", "5\u00a0s", "1:30", "10:00", "1:01:01"]);
});

test("tail ticks add a nine at a time", () => {
  assert.deepEqual(tailTicks(0.9995), [0, 0.5, 0.9, 0.99, 0.999]);
  assert.deepEqual(tailTicks(0.5), [0, 0.5]);
  const written = tailTicks(0.999999).map(percentile).join(" ");
  assert.equal(written, "0\u00a0% 50\u00a0% 90\u00a0% 99\u00a0% 99.9\u00a0% 99.99\u00a0% 99.999\u00a0% 99.9999\u00a0%");
});

test("every scale maps its domain to its range, and back", () => {
  const next = random(2);
  for (const [make, domain] of [[linear, [-3, 17]], [time, [0, 90]], [log, [1e-6, 30]], [tail, [0, 0.9999]]]) {
    const at = make(domain, [40, 640]);
    assert.ok(Math.abs(at(domain[0]) - 40) < 1e-6, `${make.name} begins at ${at(domain[0])}`);
    assert.ok(Math.abs(at(domain[1]) - 640) < 1e-6, `${make.name} ends at ${at(domain[1])}`);
    let before = -Infinity;
    for (const position of Array.from({ length: 50 }, () => 40 + 600 * next()).sort((a, b) => a - b)) {
      const value = at.invert(position);
      assert.ok(Math.abs(at(value) - position) < 1e-6,
        `${make.name}: ${position} is ${value}, which is at ${at(value)}`);
      assert.ok(value >= before, `${make.name} does not ascend`);
      before = value;
    }
  }
});

test("a log scale takes what is below its domain to its end", () => {
  assert.equal(log([0.001, 1], [100, 0])(0), 100);
});

test("each further nine takes as much room on a tail scale", () => {
  const at = tail([0, 0.999], [0, 300]);
  assert.deepEqual([0, 0.9, 0.99, 0.999].map((q) => Math.round(at(q))), [0, 100, 200, 300]);
});

test("a line has a gap for each null, and lonely points between two", () => {
  const points = [[0, 1], [1, 2], [2, null], [3, 4], [4, null], [5, 6], [6, 7]];
  assert.equal(linePath(points, identity, identity), "M0 1L1 2M3 4M5 6L6 7");
  assert.deepEqual(lonely(points), [[3, 4]]);
});

test("a band goes there along its top and back along its bottom", () => {
  const points = [[0, 1, 5], [1, 2, 6], [2, null, null], [3, 3, 7]];
  assert.equal(bandPath(points, identity, identity), "M0 5L1 6L1 2L0 1ZM3 7L3 3Z");
});

test("labels do not overlap, and the last one stays", () => {
  const at = Object.assign((value) => value, { ticks: () => [0, 10, 20, 30] });
  assert.deepEqual(labelled(at, String, 4, () => 8).map(([, text]) => text), ["0", "10", "20", "30"]);
  assert.deepEqual(labelled(at, String, 4, () => 15).map(([, text]) => text), ["10", "30"]);
});

test("the nearest value is found among ascending ones", () => {
  const values = [0, 1, 4, 10];
  for (const [wanted, want] of [[-5, 0], [0.4, 0], [0.6, 1], [2.4, 1], [2.6, 2], [7.1, 3], [99, 3], [0.5, 1], [7, 3]]) {
    assert.equal(nearest(values, wanted), want, `nearest to ${wanted}`);
  }
});

test("a label has corners that do not cover each other, but for the same place", () => {
  const boxes = corners(100, 50, 40);
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => assert.ok(!covers(a, b),
    `${JSON.stringify(a)} covers ${JSON.stringify(b)}`)));
  assert.ok(covers(boxes[0], boxes[0]));
});

test("whole ticks are whole numbers, and the last one is there", () => {
  assert.deepEqual(wholeTicks(0, 9, 4), [4, 9]);
  assert.deepEqual(wholeTicks(0, 10, 3), [0, 5, 10]);
  assert.deepEqual(wholeTicks(0, 2, 8), [0, 1, 2]);
  assert.deepEqual(wholeTicks(0, 0, 8), [0]);
  for (let last = 0; last < 300; last += 7) {
    const ticks = wholeTicks(0, last, 6);
    assert.equal(ticks.at(-1), last);
    assert.ok(ticks.length <= 7, `${ticks.length} ticks up to ${last}`);
    assert.ok(ticks.every(Number.isInteger), `${ticks}`);
  }
});

test("an axis of counts has ticks at whole numbers", () => {
  const ticks = (...values) => {
    const { scale, domain } = counts(values, String);
    return scale(domain, [200, 0]).ticks(5);
  };
  assert.deepEqual([ticks(1), ticks(2), ticks(0), ticks(13)], [[0, 1], [0, 1, 2], [0, 1], [0, 5, 10, 15]]);
});

test("an ordinal scale has half a place of room at either end", () => {
  const at = ordinal([0, 4], [0, 100]);
  assert.deepEqual([0, 1, 4].map(at), [10, 30, 90]);
  assert.equal(at.invert(50), 2);
  assert.deepEqual(at.ticks(9), [0, 1, 2, 3, 4]);
});

test("a symbol is around its point", () => {
  assert.equal(outline("cross", 10, 20), "M6 16l8 8m0-8l-8 8");
  assert.equal(outline("dot", 10, 20), "M7 20a3 3 0 1 0 6 0a3 3 0 1 0 -6 0Z");
  assert.equal(outline("star", 10, 20).split("L").length, 10);
});

test("an axis without values has a domain all the same", () => {
  assert.deepEqual(around([], String).domain, [0, 1]);
  assert.deepEqual(durations([], String).domain, [0, 1]);
});
