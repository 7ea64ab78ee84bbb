// A plot: a figure with a title, a legend, axes and layers. It is drawn for the
// width that it has, and again when that changes.

import { xAxis, yAxis, yWidth } from "./axis.js";
import { cursor } from "./cursor.js";
import { legend } from "./legend.js";
import { html, svg } from "./svg.js";
import { table } from "./table.js";

// plot returns a figure. label says in words what it shows; x and y are {
// scale, domain, write, name }; layers are functions of the scales; items are
// the legend's; values, read and choose are the cursor's; rows are { header, body
// } of the same numbers as a table.
export function plot({
  title, label, x, y, layers, items = [], values = [], read, choose, rows, height = 220,
}) {
  const output = html("output", {});
  const place = html("div", { class: "drawing" });
  const figure = html("figure", { class: "plot" },
    html("figcaption", {}, html("b", {}, title), output), place, ...(items.length > 1 ? [legend(items)] : []),
    ...(rows ? [table(title, rows)] : []));
  let drawn = 0;
  const draw = () => {
    const width = Math.round(place.clientWidth);
    if (width === 0 || width === drawn) return;
    drawn = width;
    place.replaceChildren(drawing({ label, x, y, layers, values, read, choose, output, width, height }));
  };
  new ResizeObserver(draw).observe(place);
  return figure;
}

function drawing({ label, x, y, layers, values, read, choose, output, width, height }) {
  const frame = { top: 18, bottom: height - (x.name ? 40 : 26), right: width - 8 };
  const vertical = y.scale(y.domain, [frame.bottom, frame.top]);
  frame.left = Math.ceil(yWidth(vertical, y.write, frame.bottom - frame.top));
  const horizontal = x.scale(x.domain, [frame.left, frame.right]);
  const scales = { ...frame, x: horizontal, y: vertical };
  const root = svg("svg", {
    viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, tabindex: 0,
    ...(choose && { class: "choosing" }),
  });
  root.append(...yAxis(scales, y.write), ...xAxis(scales, x.write), ...layers.flatMap((layer) => layer(scales)));
  const middle = { x: (frame.left + frame.right) / 2, "text-anchor": "middle" };
  if (x.name) root.append(svg("text", { class: "tick", y: height - 4, ...middle }, x.name));
  if (read) cursor(root, scales, values, read, output, choose);
  return root;
}
