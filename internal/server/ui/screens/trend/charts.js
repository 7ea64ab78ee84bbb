// The charts of a trend: a metric each, over the runs of a name.

import { around, fromZero } from "../../charts/domain.js";
import { levels, line, symbols } from "../../charts/layers.js";
import { events, labels } from "../../charts/marks.js";
import { plot } from "../../charts/plot.js";
import { ordinal } from "../../charts/scale.js";
import { count, duration, number, percent } from "../../core/format.js";
import { middle } from "../compare/overlay.js";
import { changesOf, levelsOf, markOf, metrics } from "./history.js";
import { chance, sizeOf, steps } from "./words.js";

const forms = {
  p99: { title: "p99 latency", write: duration, domain: around },
  p50: { title: "p50 latency", write: duration, domain: around },
  throughput: { title: "Throughput", write: (value) => `${number(value)}/s`, domain: around },
  error_rate: { title: "Error rate", write: percent, domain: (values, write) => fromZero([...values, 0.01], write) },
};

const kinds = [
  { shape: "dot", tone: "a", name: "run" }, { shape: "star", tone: "c", name: "baseline" },
  { shape: "ring", tone: "d", name: "thresholds failed" }, { shape: "cross", tone: "e", name: "left out" },
];

/**
 * Returns the plots of a history. open gets the place of the run that is chosen;
 * day writes a time.
 * @param {import("./history.js").Run[]} history
 * @param {import("../../types").Trend | null} trend
 * @param {{ open: (place: number) => void, day: (time: string) => string }} actions
 */
export function trendCharts(history, trend, { open, day }) {
  const marks = history.map(markOf);
  return metrics.map(({ metric, unit }) => {
    const { title, write, domain } = forms[metric];
    const changes = changesOf(history, trend, metric);
    const value = (i) => history[i].values[metric];
    const marked = changes.map((change) => [change.place - 0.5, sizeOf({ ...change, unit }),
      change.verdict === "worse" ? "bad" : "good"]);
    const known = history.map((_, i) => i).filter((i) => value(i) !== null);
    const usable = known.filter((i) => history[i].usable);
    const baseline = middle(usable.filter((i) => history[i].baseline).map(value).sort((a, b) => a - b));
    const text = (i) => (value(i) === null ? "–" : write(value(i)));
    const told = (i) => [`${day(history[i].at)}: ${text(i)}`, marks[i].text].filter(Boolean).join(" · ");
    const shapes = new Set(known.map((i) => marks[i].shape));
    return plot({
      title, label: labelOf({ title, write, changes, values: usable.map(value) }),
      x: { scale: ordinal, domain: [0, history.length - 1], write: (i) => (history[i] ? day(history[i].at) : "") },
      y: domain((usable.length ? usable : known).map(value), write),
      layers: [
        line(usable.map((i) => [i, value(i)]), "e", "thin"),
        levels(levelsOf(changes, history.length), "a", "strong"),
        levels(baseline === undefined ? [] : [[-0.5, history.length - 0.5, baseline]], "c", "dashed"),
        symbols(known.map((i) => ({ at: i, value: value(i), ...marks[i], label: told(i) }))),
        events(marked), labels(marked),
      ],
      items: kinds.filter(({ shape }) => shapes.has(shape)), values: known, read: (i) => told(known[i]),
      choose: (i) => open(known[i]),
      rows: {
        header: ["Run", title, "", "Change"],
        body: () => known.map((i) => [day(history[i].at), text(i), marks[i].text,
          ...changes.filter(({ place }) => place === i).map((change) =>
            `${sizeOf({ ...change, unit })}, ${steps({ ...change, unit })}, ${chance(change.p)}`).concat("").slice(0, 1)]),
      },
    });
  });
}

function labelOf({ title, write, changes, values }) {
  if (values.length === 0) return `${title}: no values`;
  const range = `${title} of ${count(values.length, "run")}, from ${write(Math.min(...values))} to ${write(Math.max(...values))}`;
  return `${range}; ${changes.length === 0 ? "no change" : count(changes.length, "change")}`;
}
