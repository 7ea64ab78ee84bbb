// The legend of a plot: a list of names, each beside a piece of its line.

import { html, svg } from "./svg.js";

// legend returns the list for items { name, tone, style, shape }, where a shape is
// line, band or bar.
export const legend = (items) => html("ul", { class: "legend" }, ...items.map(({ name, tone, style = "", shape = "line" }) =>
  html("li", {}, sample(tone, style, shape), name)));

function sample(tone, style, shape) {
  const drawn = shape === "line"
    ? svg("path", { class: `line ${tone} ${style}`, d: "M0 6H18" })
    : svg("rect", { class: `${shape} ${tone}`, x: 0, y: 1, width: 18, height: 10 });
  return svg("svg", { width: 18, height: 12, viewBox: "0 0 18 12", "aria-hidden": "true" }, drawn);
}
