// The runs of a name with their values, and the levels between their changes.

/** @typedef {import("../../types").Trend} Trend */
/** @typedef {import("../../types").RunSummary} RunSummary */
/** @typedef {ReturnType<typeof historyOf>[number]} Run */

// metrics are what a trend shows, in this order: a name and how a result has it.
export const metrics = [
  { metric: "p99", unit: "seconds", read: ({ latency }) => (latency.count ? latency.p99 : null) },
  { metric: "p50", unit: "seconds", read: ({ latency }) => (latency.count ? latency.p50 : null) },
  { metric: "throughput", unit: "jobs_per_second", read: ({ throughput }) => throughput },
  { metric: "error_rate", unit: "share", read: ({ counts }) => errorRate(counts) },
];

// errorRate returns the share of the jobs that should have ended ok and did
// not; null without any. Cancelled jobs do not count.
export function errorRate({ ok, failed, timeout, dropped, lost }) {
  const owed = ok + failed + timeout + dropped + lost;
  return owed > 0 ? (owed - ok) / owed : null;
}

/**
 * Returns the runs, oldest first: { id, at, status, verdict, validity, baseline,
 * labels, values, usable }. The values of a run that is in the trend are those of
 * the trend, if it has them; others are those of the result. A run that is not
 * in the trend is not usable.
 * @param {RunSummary[]} runs newest first
 * @param {Trend | null} trend
 */
export function historyOf(runs, trend) {
  const places = new Map((trend?.runs ?? []).map(({ id }, i) => [id, i]));
  const all = runs.filter(({ result }) => result).map((run) => ({
    id: run.id, at: run.result.start_time, status: run.status, verdict: run.result.verdict,
    validity: run.result.validity.state, reasons: run.result.validity.reasons ?? [], baseline: run.baseline,
    thresholds: run.result.thresholds ?? [], labels: run.labels ?? {}, version: run.result.environment?.version ?? "",
    usable: places.has(run.id), values: valuesOf(run, trend, places.get(run.id)),
  }));
  return all.sort((a, b) => a.at.localeCompare(b.at));
}

function valuesOf(run, trend, place) {
  return Object.fromEntries(metrics.map(({ metric, read }) => {
    const of = place === undefined ? undefined : trend.metrics.find((one) => one.metric === metric);
    return [metric, of?.values[place] ?? read(run.result)];
  }));
}

/**
 * Returns the changes of a metric: { place in the history, before, after, size,
 * p, verdict, run }.
 * @param {{ id: string }[]} history
 * @param {Trend | null} trend
 * @param {string} metric
 */
export function changesOf(history, trend, metric) {
  const found = trend?.metrics.find((one) => one.metric === metric)?.changes ?? [];
  return found.map((change) => ({ ...change, place: history.findIndex(({ id }) => id === change.run) }))
    .filter(({ place }) => place >= 0);
}

/**
 * Returns the levels of a metric between its changes, [from, to, median], where
 * from and to are between two runs. Without a change there is none.
 * @param {{ place: number, before: number, after: number }[]} changes
 * @param {number} count of the runs
 */
export function levelsOf(changes, count) {
  if (changes.length === 0) return [];
  const bounds = [-0.5, ...changes.map(({ place }) => place - 0.5), count - 0.5];
  const medians = [changes[0].before, ...changes.map(({ after }) => after)];
  return medians.map((median, i) => [bounds[i], bounds[i + 1], median]);
}

// mostOfSide is the number of runs of a side when a change is compared.
const mostOfSide = 20;

/**
 * Returns the ids of the usable runs on either side of a change, those nearest
 * to it: the other side ends where the metrics changed before or after it.
 * @param {{ id: string, usable: boolean }[]} history
 * @param {number[]} places of all changes, ascending
 * @param {number} place of the change
 */
export function sidesOfChange(history, places, place) {
  const from = Math.max(0, ...places.filter((other) => other < place));
  const to = Math.min(history.length, ...places.filter((other) => other > place));
  const ids = (runs) => runs.filter(({ usable }) => usable).map(({ id }) => id);
  return {
    base: ids(history.slice(from, place)).slice(-mostOfSide), head: ids(history.slice(place, to)).slice(0, mostOfSide),
  };
}

/**
 * Groups the changes of all metrics by the run with which they came, newest
 * first: { place, run, at, changes: [{ metric, unit, … }] }.
 * @param {{ id: string }[]} history
 * @param {Trend | null} trend
 */
export function changesByRun(history, trend) {
  const groups = new Map();
  for (const { metric, unit } of metrics) {
    for (const change of changesOf(history, trend, metric)) {
      const { place, run, at } = change;
      if (!groups.has(place)) groups.set(place, { place, run, at, changes: [] });
      groups.get(place).changes.push({ metric, unit, ...change });
    }
  }
  return [...groups.values()].sort((a, b) => b.place - a.place);
}

/**
 * Returns how a run is marked: baseline, failed (its thresholds), left out (of the
 * trend) or nothing, with what there is to say.
 * @param {ReturnType<typeof historyOf>[number]} run
 */
export function markOf(run) {
  if (!run.usable) return { shape: "cross", tone: "e", text: leftOutText(run) };
  const failed = run.thresholds.filter(({ ok, no_data: none }) => !ok && !none).map(({ expression }) => expression);
  const text = failed.length ? `fails ${failed.join(", ")}` : run.verdict === "fail" ? "fails" : "";
  if (run.baseline) return { shape: "star", tone: "c", text: ["baseline", text].filter(Boolean).join(", ") };
  if (run.verdict === "fail") return { shape: "ring", tone: "d", text };
  return { shape: "dot", tone: "a", text: "" };
}

function leftOutText({ status, validity, reasons }) {
  if (status !== "completed") return status;
  if (validity === "invalid") return `invalid: ${reasons.map(({ code }) => code).join(", ")}`;
  return "not in the trend";
}
