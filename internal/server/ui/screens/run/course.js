// A live run over time: a series like that of a result, built from its progress.

const brief = 0.5; // seconds; a shorter interval has no rate of its own
const most = 1024; // points; beyond that every two become one

/**
 * Adds the progress of an interval to a series, and returns the series. Its
 * totals are those of the run. What the series has already is left out.
 * @param {object[]} series points { t, started, ok, failed, in_flight, throughput, p50, p90, p99, totals }
 * @param {import("../../types").RunProgress} progress
 */
export function addProgress(series, progress) {
  const before = series.at(-1);
  const { elapsed: t, started, ok, failed, in_flight: inFlight, throughput, p50, p90, p99 } = progress;
  if (progress.phase === "waiting" || !(t > (before?.t ?? 0))) return series;
  const known = before?.totals ?? { started: 0, ok: 0, failed: 0 };
  const point = {
    t, started: started - known.started, ok: ok - known.ok, failed: failed - known.failed,
    in_flight: inFlight, throughput, p50, p90, p99, totals: { started, ok, failed },
  };
  if (before && t - before.t < brief) {
    series[series.length - 1] = joined(before, point); // its rates are of both
    return series;
  }
  series.push(point);
  return series.length > most ? halved(series) : series;
}

// joined returns two neighbouring points as one with the rates of the second.
const joined = (a, b) => ({ ...b, started: a.started + b.started, ok: a.ok + b.ok, failed: a.failed + b.failed });

// halved makes one of every two points. Quantiles of both cannot be known, so
// they are those of the slower one.
function halved(series) {
  const pairs = series.filter((_, i) => i % 2 === 1).map((b, i) => {
    const a = series[2 * i];
    const from = series[2 * i - 1]?.t ?? 0;
    const slower = (key) => Math.max(a[key], b[key]);
    return {
      ...joined(a, b), throughput: (a.ok + b.ok) / (b.t - from),
      p50: slower("p50"), p90: slower("p90"), p99: slower("p99"),
    };
  });
  return series.length % 2 === 1 ? [...pairs, series.at(-1)] : pairs;
}
