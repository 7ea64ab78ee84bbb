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
  const ticks = labelled(x, write, count, (label) => textWidth(label) + 12);
  const place = { class: "tick", y: bottom + 17, "text-anchor": "middle" };
  return [
    grid(ticks.map(([at]) => `M${round(at)} ${bottom}v4`)),
    ...ticks.map(([at, label]) =>
      svg("text", { x: round(Math.min(at, right + 8 - textWidth(label) / 2)), ...place }, label)),
  ];
}

// yAxis draws a grid line for each label, and the labels to the left of the
// plot.
export function yAxis({ y, left, right, top, bottom }, write) {
  const ticks = yTicks(y, bottom - top).map((tick) => [round(y(tick)), write(tick)]);
  const place = { class: "tick", x: left - 8, "text-anchor": "end" };
  return [
    grid(ticks.map(([at]) => `M${left} ${at}H${right}`)),
    ...ticks.map(([at, label]) => svg("text", { y: at + 4, ...place }, label)),
  ];
}

// grid returns the lines of an axis as one element: each one has a cost.
const grid = (lines) => svg("path", { class: "grid", d: lines.join("") });

// yWidth returns the room that the labels of a y axis need.
export function yWidth(scale, write, height) {
  return Math.max(...yTicks(scale, height).map((tick) => textWidth(write(tick)))) + 12;
}

const yTicks = (scale, height) => scale.ticks(Math.max(Math.floor(height / 36), 2));
