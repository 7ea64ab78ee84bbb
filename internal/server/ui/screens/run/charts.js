// The charts of a run over time, with one cursor.

import { sharedCursor } from "../../charts/cursor.js";
import { plot } from "../../charts/plot.js";
import { element } from "../../core/dom.js";
import { asked } from "../../figures/asked.js";
import { inFlightOptions, latencyOptions, pointsOf, throughputOptions } from "../../figures/overtime.js";
import { checksOf, isLive, timelineOf } from "./view.js";

const least = 1 / 256; // of the time axis; what is new and narrower cannot be seen

/** Returns the charts: { node, show }. They are shown from two points on. */
export function charts() {
  const node = element("section", { class: "card overtime", "aria-label": "Over time", hidden: "" });
  const cursor = sharedCursor();
  let plots = null;
  let shown = "";
  let until = 0; // seconds of the run that are drawn
  const show = (view) => {
    const { series, result } = view;
    const end = series.at(-1)?.t ?? 0;
    const state = `${timelineOf(view).length} ${isLive(view)} ${result !== null}`;
    node.hidden = series.length < 2;
    if (series.length < 2 || state === shown && end - until <= least * end) return;
    [shown, until] = [state, end];
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
