// Layers of a plot: each is a function of the plot's scales, and returns what
// it draws. A tone is a letter for which the style sheet has a colour.

import { bandPath, linePath, lonely } from "./path.js";
import { round, svg } from "./svg.js";

// line draws a line through points [x, y], where a null is a gap. A point
// without neighbours is a dot.
export const line = (points, tone, style = "") => ({ x, y }) => [
  svg("path", { class: `line ${tone} ${style}`, d: linePath(points, x, y) }),
  ...lonely(points).map(([at, value]) =>
    svg("circle", { class: `dot ${tone}`, cx: round(x(at)), cy: round(y(value)), r: 2 })),
];

// band fills the area between points [x, low, high].
export const band = (points, tone) => ({ x, y }) => [svg("path", { class: `band ${tone}`, d: bandPath(points, x, y) })];

// bars draws a bar for each [from, to, value].
export const bars = (list, tone) => ({ x, y, bottom }) => list.map(([from, to, value]) => {
  const left = x(from);
  const top = value > 0 ? Math.min(y(value), bottom - 1) : bottom;
  const width = Math.max(round(x(to) - left) - 1, 1);
  return svg("rect", { class: `bar ${tone}`, x: round(left), y: round(top), width, height: round(bottom - top) });
});
