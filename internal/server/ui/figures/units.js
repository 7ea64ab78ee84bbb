// Durations and thresholds, as a spec writes them.

const units = { ns: 1e-9, us: 1e-6, "µs": 1e-6, "μs": 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

// seconds returns a duration such as 1m30s in seconds; NaN for what is none.
export function seconds(text) {
  if (Number(text) === 0) return 0;
  const parts = [...String(text).matchAll(/([\d.]+)\s*(ns|us|µs|μs|ms|s|m|h)/g)];
  return parts.length > 0 ? parts.reduce((sum, [, n, unit]) => sum + Number(n) * units[unit], 0) : NaN;
}

// quantile returns the quantile of a name such as p99, p99.9 or p999; 0 for
// another name.
export function quantile(name) {
  const [, whole, fraction] = name.match(/^p(\d+)(?:\.(\d+))?$/) ?? [];
  if (!whole) return 0;
  if (whole.length > 2 && !fraction && whole !== "100") return Number(`${whole.slice(0, 2)}.${whole.slice(2)}e-2`);
  return Number(`${whole}.${fraction ?? ""}e-2`);
}

// thresholdLimit returns what a threshold of the latency or the throughput
// compares with: the chart it belongs to, the value, and the quantile of a
// percentile. It is null for any other threshold.
export function thresholdLimit(expression) {
  const [, metric, text] = expression.trim().match(/^([a-z0-9_.]+)\s*(?:<=|>=|==|!=|<|>)\s*(\S+(?:\s+(?:%|[a-zµμ]+))?)/) ?? [];
  if (metric === "throughput") return { chart: "throughput", quantile: 0, value: Number(text) };
  const statistic = metric?.replace(/^latency\./, "");
  const q = quantile(statistic ?? "");
  if (q === 0 && !["min", "mean", "stddev", "max", "mean_latency"].includes(statistic)) return null;
  return { chart: "latency", quantile: q, value: seconds(text) };
}
