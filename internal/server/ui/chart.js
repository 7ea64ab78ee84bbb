// Charts of a run's series.

import { element, svg } from "./core/dom.js";
import { duration, number } from "./core/format.js";

// charts returns the charts of a series of at least two points.
export function charts(series) {
  return [
    chart("Throughput", series, (point) => point.throughput, (value) => `${number(value)}/s`),
    chart("p99 latency", series, (point) => (point.ok ? point.p99 : null), duration),
  ];
}

// chart draws one line from 0 up; a null is a gap. The labels are outside of the
// drawing, because it is stretched to the available space.
function chart(title, series, value, write) {
  const points = series.map((point) => ({ t: point.t, value: value(point) }));
  const values = points.map((point) => point.value).filter((v) => v !== null);
  const top = Math.max(...values, 0);
  const end = series.at(-1).t;
  const label = `${title} over ${duration(end)}: from ${write(Math.min(...values, top))} to ${write(top)}`;
  return element("figure", {},
    element("figcaption", {}, element("b", {}, title), element("span", {}, `up to ${write(top)}`)),
    svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": label },
      svg("path", { class: "grid", d: "M0 0H100M0 50H100M0 100H100" }),
      svg("path", { class: "line", d: line(points, end, top) })),
    element("p", { class: "axis", "aria-hidden": "true" }, element("span", {}, "0"), element("span", {}, duration(end))));
}

function line(points, end, top) {
  let pen = "M";
  return points.map((point) => {
    if (point.value === null) { pen = "M"; return ""; }
    const at = `${pen}${(100 * point.t) / end} ${100 - (top ? (100 * point.value) / top : 0)}`;
    pen = "L";
    return at;
  }).join("");
}
