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

// bars draws a bar for each [from, to, value] above 0, which can be seen however
// small it is.
export const bars = (list, tone) => ({ x, y, bottom }) => list.filter(([, , value]) => value > 0).map(([from, to, value]) => {
  const left = x(from);
  const top = Math.min(y(value), bottom - 2);
  const width = Math.max(round(x(to) - left) - 1, 1);
  return svg("rect", { class: `bar ${tone}`, x: round(left), y: round(top), width, height: round(bottom - top) });
});

// levels draws a horizontal line for each [from, to, value].
export const levels = (list, tone, style = "") => ({ x, y }) => list.map(([from, to, value]) =>
  svg("path", { class: `line ${tone} ${style}`, d: `M${round(x(from))} ${round(y(value))}H${round(x(to))}` }));

// symbols draws a mark at each { at, value, shape, tone, label }: a dot, a ring,
// a cross or a star. The label is its title.
export const symbols = (list) => ({ x, y, top, bottom }) => list.map(({ at, value, shape, tone, label }) => {
  const [cx, cy] = [round(x(at)), round(Math.min(Math.max(y(value), top), bottom))];
  return svg("path", { class: `symbol ${shape} ${tone}`, d: outline(shape, cx, cy) }, svg("title", {}, label));
});

// outline returns the path of a symbol around a point.
export function outline(shape, cx, cy) {
  if (shape === "cross") return `M${cx - 4} ${cy - 4}l8 8m0-8l-8 8`;
  if (shape === "star") {
    const corner = (i) => {
      const [angle, radius] = [(i * Math.PI) / 5, i % 2 ? 3 : 7.5];
      return `${round(cx + radius * Math.sin(angle))} ${round(cy - radius * Math.cos(angle))}`;
    };
    return `M${Array.from({ length: 10 }, (_, i) => corner(i)).join("L")}Z`;
  }
  const r = shape === "ring" ? 4.5 : 3;
  return `M${round(cx - r)} ${cy}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}
