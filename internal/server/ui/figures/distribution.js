// How long jobs took: percentiles on an axis that gives every further nine the
// same room, and a histogram. The page and the HTML report draw the same.

import { fromColumns } from "../charts/columns.js";
import { counts, durations } from "../charts/domain.js";
import { bars, line } from "../charts/layers.js";
import { crosses } from "../charts/marks.js";
import { log, tail } from "../charts/scale.js";
import { percentile } from "../charts/ticks.js";
import { duration, number } from "../core/format.js";

/**
 * @typedef {object} Curve a distribution
 * @property {string} name
 * @property {string} tone
 * @property {{ up_to: number, count: number }[]} buckets
 * @property {{ count: number, min: number, max: number }} summary
 */

const share = (q) => `${Number((100 * q).toPrecision(5))}\u00a0%`;

// quantilesOf returns the curve of a distribution: [share of its samples, what
// they took at most]. The shares end where one sample is left.
function quantilesOf({ buckets, summary }) {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const top = topOf(total);
  let below = 0;
  return [[0, summary.min], ...buckets.map(({ up_to: upTo, count }) =>
    [Math.min((below += count) / total, top), Math.min(upTo, summary.max)])];
}

const topOf = (total) => 1 - 1 / Math.max(total, 10);

// usual returns the values of a curve without the fastest thousandth: a single
// one of them would stretch a logarithmic axis.
const usual = (curve) => curve.filter(([q], i) => q > 0.001 || i === curve.length - 1).map(([, value]) => value);

// percentilesOptions returns what a plot of the percentiles shows: one or several
// curves. The limits are those of the first curve.
export function percentilesOptions(title, curves, limits) {
  const drawn = limits.filter(({ chart, quantile }) => chart === "latency" && quantile > 0);
  const lines = curves.map((one) => ({ ...one, points: quantilesOf(one) }));
  const top = Math.max(...lines.map(({ points }) => points.at(-1)[0]));
  const some = lines.map(({ points, buckets }) => (buckets.length > 0 ? usual(points) : [])).flat();
  const highest = Math.max(...some);
  const marks = drawn.map((limit) => ({ ...limit, at: Math.min(limit.quantile, top) }));
  const near = marks.map(({ value }) => value).filter((value) => value <= 30 * highest);
  const read = percentilesRead(lines[0].points);
  return {
    title, label: `${title}, by the share of jobs that took at most so long: all ${duration(lines[0].summary.max)}`,
    x: { scale: tail, domain: [0, top], write: percentile, name: "of the jobs took at most" },
    y: durations([...some, ...near], duration),
    layers: [...lines.map(({ points, tone }) => line(points, tone)), crosses(marks)],
    items: lines.map(({ name, tone }) => ({ name, tone })),
    ...fromColumns([
      { name: "Share of the jobs", values: read, write: share },
      ...lines.map(({ name, points }) => ({ name, values: read.map((q) => upTo(points, q)), write: duration })),
    ], { limits: marks }),
  };
}

const maxRead = 240; // shares that the cursor stops at

// percentilesRead returns shares of a curve, thinned where it has many.
function percentilesRead(points) {
  const every = Math.ceil(points.length / maxRead);
  return points.map(([q]) => q).filter((q, i) => i % every === 0 || i === points.length - 1);
}

// upTo returns the value of a curve at a share.
function upTo(points, q) {
  let low = 0;
  for (let high = points.length - 1; low < high;) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < q) low = middle + 1;
    else high = middle;
  }
  return points[low][1];
}

const bins = 40; // of a histogram

// histogramOptions returns what a histogram of a distribution shows. Its bars
// have equal ratios.
export function histogramOptions(title, { buckets, summary }) {
  const curve = quantilesOf({ buckets, summary }).slice(1);
  const low = Math.max(Math.min(...usual(curve)) / 1.02, 1e-9);
  const high = Math.max(summary.max, low * 1.01);
  const list = grouped(buckets, low, high);
  const centers = list.map(([from, to]) => Math.sqrt(from * to));
  return {
    title, label: `${title}: jobs by what they took, from ${duration(summary.min)} to ${duration(summary.max)}`,
    x: { scale: log, domain: [low, high], write: duration, name: "took" },
    y: counts(list.map(([, , count]) => count), number), layers: [bars(list, "a")],
    ...fromColumns([
      { name: "About", values: centers, write: duration },
      { name: "Jobs", values: list.map(([, , count]) => count), write: number },
    ]),
  };
}

// grouped returns buckets in bars of equal ratio: [from, to, count].
function grouped(buckets, low, high) {
  const ratio = Math.log(high / low) / bins;
  const list = Array.from({ length: bins }, (_, i) => [low * Math.exp(i * ratio), low * Math.exp((i + 1) * ratio), 0]);
  for (const { up_to: upTo, count } of buckets) {
    list[Math.min(Math.max(Math.ceil(Math.log(upTo / low) / ratio - 1e-6) - 1, 0), bins - 1)][2] += count;
  }
  return list;
}
