// Axes: grid lines with labels that do not overlap.

import { round, svg, textWidth } from "./svg.js";

// labelled returns the ticks whose labels have room, each as [position, label].
// The last tick has precedence, so that an axis shows where it ends.
export function labelled(scale, write, count, room) {
  const ticks = scale.ticks(count).map((tick) => [scale(tick), write(tick)]);
  const kept = [];
  let free = Infinity;
  for (const [at, label] of ticks.reverse()) {
    const half = room(label) / 2;
    if (at + half > free) continue;
    kept.push([at, label]);
    free = at - half;
  }
  return kept.reverse();
}

// xAxis draws the labels below a plot, and a tick above each. The last label
// stays within the drawing.
export function xAxis({ x, left, right, bottom }, write) {
  const count = Math.max(Math.floor((right - left) / 72), 2);
  return labelled(x, write, count, (label) => textWidth(label) + 12).map(([at, label]) => svg("g", {},
    svg("path", { class: "grid", d: `M${round(at)} ${bottom}v4` }),
    svg("text", { class: "tick", x: round(Math.min(at, right + 8 - textWidth(label) / 2)), y: bottom + 17, "text-anchor": "middle" },
      label)));
}

// yAxis draws a grid line for each label, and the labels to the left of the
// plot.
export function yAxis({ y, left, right, top, bottom }, write) {
  return yTicks(y, bottom - top).map((tick) => svg("g", {},
    svg("path", { class: "grid", d: `M${left} ${round(y(tick))}H${right}` }),
    svg("text", { class: "tick", x: left - 8, y: round(y(tick)) + 4, "text-anchor": "end" }, write(tick))));
}

// yWidth returns the room that the labels of a y axis need.
export function yWidth(scale, write, height) {
  return Math.max(...yTicks(scale, height).map((tick) => textWidth(write(tick)))) + 12;
}

const yTicks = (scale, height) => scale.ticks(Math.max(Math.floor(height / 36), 2));
