// The charts of a run over time, with one cursor.

import { sharedCursor } from "../../charts/cursor.js";
import { plot } from "../../charts/plot.js";
import { element } from "../../core/dom.js";
import { asked } from "../../figures/asked.js";
import { inFlightOptions, latencyOptions, pointsOf, throughputOptions } from "../../figures/overtime.js";
import { checksOf, timelineOf } from "./view.js";

/** Returns the charts: { node, show }. They are shown from two points on. */
export function charts() {
  const node = element("section", { class: "card overtime", "aria-label": "Over time", hidden: "" });
  const cursor = sharedCursor();
  let plots = null;
  let shown = "";
  const show = (view) => {
    const { series, result } = view;
    const key = `${series.length} ${series.at(-1)?.t} ${timelineOf(view).length} ${result !== null}`;
    node.hidden = series.length < 2;
    if (key === shown || series.length < 2) return;
    shown = key;
    const course = courseOf(view);
    const options = [latencyOptions(course), throughputOptions(course), inFlightOptions(course)];
    if (plots) for (const [i, one] of plots.entries()) one.update(options[i]);
    else node.append(...plots = options.map((one) => plot(one, cursor)));
    plots[0].hidden = !course.points.some(({ ended }) => ended); // without a sample it would show an empty axis
  };
  return { node, show };
}

// courseOf returns the run over time, and what it was asked for.
function courseOf(view) {
  const { run, series, result } = view;
  const points = pointsOf(series);
  const checks = { spec: run.spec, timeline: timelineOf(view), thresholds: checksOf(view) };
  return { points, asked: asked(checks, points.at(-1).t), summary: result ?? undefined };
}
