// The legend of a plot: a list of names, each beside a piece of its line.

import { html, svg } from "./svg.js";

// legend returns the list for items { name, tone, style }.
export const legend = (items) => html("ul", { class: "legend" }, ...items.map(({ name, tone, style = "" }) =>
  html("li", {}, sample(tone, style), name)));

function sample(tone, style) {
  return svg("svg", { width: 18, height: 12, viewBox: "0 0 18 12", "aria-hidden": "true" },
    svg("path", { class: `line ${tone} ${style}`, d: "M0 6H18" }));
}
