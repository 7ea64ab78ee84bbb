// Tests of the verdict in words, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { verdictOf } from "./verdict.js";

// metric returns a metric of a comparison that differs by a share.
const metric = (name, value, verdict = "worse") => ({ metric: name, unit: "seconds", verdict, difference: { value } });

test("a metric that is not judged is not called smaller than what matters", () => {
  const { notes } = verdictOf({
    verdict: "regression", threshold: 0.05, base: { runs: 6 }, head: { runs: 6 }, warnings: [],
    metrics: [metric("p99", 0.5), metric("p50", 0.2), metric("p90", 0.01), metric("delay.p99", 9.33)],
  });
  assert.deepEqual(notes.map(([term, text]) => [term.replaceAll("\u00a0", " "), text.replaceAll("\u00a0", " ")]), [
    ["Also worse", "p50 +20.0 %"], ["Not judged", "p99 of the delay +933 %"],
    ["By less than the 5 % that matter", "p90 +1.0 %"],
  ]);
});
