// The legend of a plot: a list of names, each beside a piece of its line or its
// symbol.

import { outline } from "./layers.js";
import { html, svg } from "./svg.js";

// legend returns the list for items { name, tone, style, shape }.
export const legend = (items) => html("ul", { class: "legend" }, ...items.map(({ name, ...drawn }) =>
  html("li", {}, sample(drawn), name)));

function sample({ tone, style = "", shape }) {
  const path = shape ? { class: `symbol ${shape} ${tone}`, d: outline(shape, 9, 6) }
    : { class: `line ${tone} ${style}`, d: "M0 6H18" };
  return svg("svg", { width: 18, height: 12, viewBox: "0 0 18 12", "aria-hidden": "true" }, svg("path", path));
}
