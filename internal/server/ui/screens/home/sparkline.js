// The throughput of a run over its time, as a drawing of a line's height.

import { svg } from "../../core/dom.js";

const [width, height, margin] = [80, 20, 1.5];
const beyond = 4; // the other edges of the area are out of sight

/**
 * Returns the drawing; null for too few values. It begins at 0, so that a steady
 * run looks steady.
 * @param {number[]} values
 */
export function sparkline(values) {
  if (values.length < 2) return null;
  const around = `h${beyond}V${height + beyond}H${-beyond}Z`;
  return svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
    svg("path", { d: pathOf(values) + around }));
}

// pathOf returns the path of the line.
export function pathOf(values) {
  const top = Math.max(...values);
  const y = (value) => (top > 0 ? height - margin - (value / top) * (height - 2 * margin) : height - margin);
  const step = width / (values.length - 1);
  return values.map((value, i) => `${i === 0 ? "M" : "L"}${round(i * step)} ${round(y(value))}`).join("");
}

const round = (value) => Math.round(value * 10) / 10;
