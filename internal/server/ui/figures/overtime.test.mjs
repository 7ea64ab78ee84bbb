// Tests of a run over time, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pointsOf } from "./overtime.js";

test("a brief last interval is a part of the one before it", () => {
  const point = (t, ok, failed) => ({ t, started: ok + failed, ok, failed, in_flight: 0, throughput: ok, p99: 0.1 });
  const points = pointsOf([point(1, 231, 0), point(2, 231, 2), point(2.0005, 1, 1)]);
  const seen = points.map(({ from, t, ok, failed, p99 }) => [from, t, ok, failed, p99]);
  assert.deepEqual(seen, [[0, 1, 231, 0, 0.1], [1, 2.0005, 232, 3, 0.1]]);
  assert.equal(Math.round(points[1].throughput), 232);
  assert.equal(pointsOf([point(0.1, 5, 0), point(0.2, 5, 0)]).length, 2, "of intervals that are all brief");
});
