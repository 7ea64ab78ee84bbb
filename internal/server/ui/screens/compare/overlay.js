// The series and histograms of the runs of a side, as one curve of each side.

/**
 * Returns the median of a series' value over some runs at each moment, and its
 * range: [t, low, median, high]. The moments are the middles of the intervals of
 * the run with the most points; a run counts where it has a point within half an
 * interval. A value is null where no run has one.
 * @param {import("../../types").Point[][]} runs
 * @param {(point: import("../../types").Point) => number | null} read
 */
export function envelope(runs, read) {
  const all = runs.map((series) => series.map((point, i) => {
    const from = series[i - 1]?.t ?? 0;
    return { at: (from + point.t) / 2, width: point.t - from, value: read(point) };
  }));
  const longest = all.reduce((most, points) => (points.length > most.length ? points : most), []);
  return longest.map(({ at, width }) => {
    const values = all.map((points) => valueAt(points, at, width)).filter((value) => value !== null);
    if (values.length === 0) return [at, null, null, null];
    values.sort((a, b) => a - b);
    return [at, values[0], middle(values), values.at(-1)];
  });
}

// valueAt returns the value of the point nearest to a moment, or null if it is
// further away than half an interval, wherever either of the two is longer.
function valueAt(points, at, width) {
  let best = null;
  for (const point of points) {
    if (best === null || Math.abs(point.at - at) < Math.abs(best.at - at)) best = point;
  }
  if (best === null || Math.abs(best.at - at) > Math.max(best.width, width) / 2 + 1e-9) return null;
  return best.value;
}

// middle returns the median of sorted values; undefined of none.
export function middle(values) {
  if (values.length === 0) return undefined;
  const half = values.length >> 1;
  return values.length % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/**
 * Adds histograms up: [{ up_to, count }], ascending.
 * @param {{ up_to: number, count: number }[][]} histograms
 */
export function merged(histograms) {
  const counts = new Map();
  for (const { up_to, count } of histograms.flat()) counts.set(up_to, (counts.get(up_to) ?? 0) + count);
  return [...counts].map(([up_to, count]) => ({ up_to, count })).sort((a, b) => a.up_to - b.up_to);
}

/**
 * Returns the quantile curve of a histogram: [share of the jobs, latency that
 * they did not exceed]. No value is above max.
 * @param {{ up_to: number, count: number }[]} buckets
 * @param {number} max
 */
export function quantiles(buckets, max) {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let below = 0;
  return buckets.map(({ up_to, count }) => [(below += count) / total, Math.min(up_to, max)]);
}

// at returns the latency of a curve at a share of the jobs; null without one.
export function at(curve, share) {
  const found = curve.find(([q]) => q >= share - 1e-12);
  return found ? found[1] : null;
}

/**
 * Chooses at most some of a list, evenly and in its order, with the last one.
 * @template T
 * @param {T[]} list
 * @param {number} most
 */
export function sample(list, most) {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, i) => list[Math.floor(((i + 1) * list.length) / most) - 1]);
}
