// The numbers of a run. Those of a live one are of the last interval.

import { element, exact } from "../../core/dom.js";
import { duration, money, number, percent } from "../../core/format.js";
import { countsSoFar, failuresOf } from "./counts.js";
import { drawn } from "./drawn.js";
import { currencyOf, isLive } from "./view.js";

/** Returns the numbers: { node, show }. */
export function figures() {
  const node = element("dl", { class: "figures", "aria-label": "Numbers" });
  const show = drawn(node, (list) => list.map(figureNode));
  return { node, show: (view) => show(view.result ? ended(view.result, view.run.spec) : live(view)) };
}

const figureNode = ({ name, value, text, small, mood }) => element("div", { "data-figure": name },
  element("dt", {}, name),
  element("dd", { class: mood }, value === null ? "–" : exact(value, text),
    ...(small ? [element("small", {}, small)] : [])));

// figure returns a number as text; null is one without a measurement, of which
// there is nothing to remark. Remarks that do not apply are "".
const figure = (name, value, write, remarks = [], mood = "") => (value === null
  ? { name, value, text: "", small: "", mood }
  : { name, value, text: write(value), small: remarks.filter(Boolean).join("; "), mood });

const perSecond = (value) => `${number(value)}/s`;

// errors returns the error rate, which no job has before one has ended.
function errors(counts) {
  const { owed, bad, rate } = failuresOf(counts);
  if (owed === 0) return figure("Error rate", null);
  return figure("Error rate", rate, percent, [`${number(bad)} of ${number(owed)}`], bad > 0 ? "bad" : "");
}

function ended(r, spec) {
  const sampled = (key) => (r.latency.count > 0 ? r.latency[key] : null);
  const { max, at_least: least = max } = r.in_flight;
  const some = r.duration > 0 && r.counts.ok + r.counts.failed + r.counts.timeout > 0;
  const cost = (value) => money(value, r.cost.currency);
  return [
    figure("Ok a second", some ? r.throughput : null, perSecond,
      [r.rate && `of ${perSecond(r.rate.target)} asked for`]),
    errors(r.counts),
    figure("p50", sampled("p50"), duration),
    figure("p99", sampled("p99"), duration),
    figure("In flight", max, number, [
      least < max ? `the most; at least ${number(least)}` : "the most",
      spec.concurrency && `limit ${number(spec.concurrency)}`,
    ]),
    figure("Took", r.duration, duration, [
      r.paused > 0 && `${duration(r.paused)} of it paused`,
      r.warmup && `after ${duration(r.warmup.duration)} of warm-up`,
    ]),
    ...(spec.pricing
      ? [figure("Cost", r.total_cost, cost, [`${cost(r.cost.per_million_jobs)} a million jobs`])] : []),
  ];
}

function live(view) {
  const { progress, series, run } = view;
  if (!progress || progress.phase === "waiting") return unmeasured(run.spec);
  const on = isLive(view);
  const now = on ? "now" : "at last";
  const some = series.length > 0 ? series.at(-1).ok > 0 : progress.throughput > 0;
  const { target, limit, cost = 0 } = progress.so_far ?? { cost: null };
  const { elapsed, remaining, paused } = progress;
  return [
    figure("Ok a second", progress.throughput, perSecond, [target ? `of ${perSecond(target)} asked for` : now]),
    errors(countsSoFar(progress)),
    ...["p50", "p99"].map((key) => figure(key, some ? progress[key] : null, duration, [now])),
    figure("In flight", on ? progress.in_flight : null, number, [limit && `of ${number(limit)}`]),
    figure("Elapsed", elapsed, duration, [
      on && remaining > 0 && `about ${duration(Math.ceil(remaining))} left`, paused > 0 && `${duration(paused)} paused`,
    ]),
    ...(run.spec.pricing ? [figure("Cost", cost, (value) => money(value, currencyOf(view)), [on && "so far"])] : []),
  ];
}

// unmeasured returns the numbers before the clock of a run begins.
const unmeasured = ({ pricing }) =>
  ["Ok a second", "Error rate", "p50", "p99", "In flight", "Elapsed", ...(pricing ? ["Cost"] : [])]
    .map((name) => figure(name, null));
