// The legend of a plot: a list of names, each beside a piece of its line or its
// symbol.

import { outline } from "./layers.js";
import { html, svg } from "./svg.js";

/** @typedef {{ name?: string, tone?: string, style?: string, shape?: string }} Item */

/**
 * legend fills a list with items. One alone needs no legend.
 * @param {HTMLElement} list
 * @param {Item[]} items
 */
export function legend(list, items) {
  const key = JSON.stringify(items);
  if (list.dataset.items === key) return;
  list.dataset.items = key;
  list.hidden = items.length < 2;
  list.replaceChildren(...items.map(({ name, ...drawn }) => html("li", {}, sample(drawn), name)));
}

/** @param {Item} item */
function sample({ tone, style = "", shape }) {
  return svg("svg", { width: 18, height: 12, viewBox: "0 0 18 12", "aria-hidden": "true" }, ...piece(tone, style, shape));
}

function piece(tone, style, shape) {
  if (style === "bar") return [svg("rect", { class: `bar ${tone}`, x: 5, y: 1, width: 8, height: 10 })];
  if (shape) return [svg("path", { class: `symbol ${shape} ${tone}`, d: outline(shape, 9, 6) })];
  return [svg("path", { class: `line ${tone} ${style}`, d: "M0 6H18" })];
}
