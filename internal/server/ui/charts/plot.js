// A plot: a figure with a title, a legend, axes and layers. It is drawn for the
// width that it has, and again when that or what it shows changes.

import { xAxis, yAxis, yWidth } from "./axis.js";
import { attachCursor, sharedCursor } from "./cursor.js";
import { legend } from "./legend.js";
import { html, svg } from "./svg.js";
import { table } from "./table.js";

/** @typedef {{ scale: Function, domain: number[], write: (value: number) => string, name?: string }} Axis */

/**
 * @typedef {object} Options what a plot shows
 * @property {string} title
 * @property {string} label what it shows, in words
 * @property {Axis} x
 * @property {Axis} y
 * @property {Function[]} layers functions of the scales, which return elements
 * @property {import("./legend.js").Item[]} [items] of the legend
 * @property {number[]} [values] the x that the cursor stops at
 * @property {(index: number) => string} [read] the text of the cursor at one of them
 * @property {(index: number) => void} [choose] called with the one that is clicked
 * @property {object} [rows] { header, body } of the same numbers as a table
 * @property {object} [data] the numbers themselves, for tests and programs
 * @property {number} [height] in pixels
 */

/**
 * plot returns a figure. Its update(options) shows other data, and leaves the
 * focus, the cursor and an open table where they are. Its data are those of the
 * options.
 * @param {Options} options
 * @param {ReturnType<typeof sharedCursor>} [shared] a cursor that other plots have too
 */
export function plot(options, shared = sharedCursor()) {
  const title = html("b", {});
  const output = html("output", {});
  const drawing = svg("svg", { role: "img", tabindex: 0 });
  const place = html("div", { class: "drawing" }, drawing);
  const names = html("ul", { class: "legend" });
  const numbers = table();
  const figure = html("figure", { class: "plot" }, html("figcaption", {}, title, output), place, names, numbers.node);
  let now = options;
  let scales = null;
  let width = 0;
  const showCursor = attachCursor(drawing, output, shared, () => ({ values: [], ...now, scales }));
  const draw = () => {
    if (width === 0) return; // it is not laid out
    scales = paint(drawing, now, width);
    showCursor();
  };
  figure.update = (next) => {
    now = next;
    title.textContent = now.title;
    drawing.setAttribute("aria-label", now.label);
    figure.data = now.data;
    place.style.setProperty("--height", `${now.height ?? usualHeight}px`);
    legend(names, now.items ?? []);
    numbers.update(now.title, now.rows);
    draw();
  };
  figure.update(options);
  new ResizeObserver(([{ contentRect }]) => { // to ask for the width would lay out the page once a plot
    const before = width;
    width = Math.round(contentRect.width);
    if (width !== before) draw();
  }).observe(place);
  return figure;
}

const usualHeight = 220;

/**
 * paint draws a plot and returns its scales.
 * @param {SVGElement} drawing
 * @param {Options} options
 * @param {number} width
 */
function paint(drawing, { x, y, layers, choose, height = usualHeight }, width) {
  const [top, bottom, right] = [18, height - (x.name ? 40 : 26), width - 8];
  const vertical = y.scale(y.domain, [bottom, top]);
  const left = Math.ceil(yWidth(vertical, y.write, bottom - top));
  const horizontal = x.scale(x.domain, [left, right]);
  const scales = { top, bottom, left, right, x: horizontal, y: vertical };
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawing.classList.toggle("choosing", choose !== undefined);
  const middle = { x: (left + right) / 2, "text-anchor": "middle" };
  drawing.replaceChildren(...yAxis(scales, y.write), ...xAxis(scales, x.write),
    ...layers.flatMap((layer) => layer(scales)),
    ...(x.name ? [svg("text", { class: "tick", y: height - 4, ...middle }, x.name)] : []));
  return scales;
}
