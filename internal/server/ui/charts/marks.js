// Marks of a plot: what was asked for, and what happened when. Each is a layer.

import { round, svg, textWidth } from "./svg.js";

// limits draws a horizontal line at the value of each { value, label, mood },
// with its label. A limit beyond the plot is at its edge, with an arrow. Labels
// that would overlap are beside each other.
export const limits = (list) => ({ y, left, right, top, bottom }) => {
  const placed = [];
  return list.map((one) => ({ ...one, at: round(Math.min(Math.max(y(one.value), top), bottom)) }))
    .sort((a, b) => a.at - b.at)
    .flatMap(({ at, value, label: text, mood }) => {
      const label = y(value) < top - 1 ? `${text} ↑` : y(value) > bottom + 1 ? `${text} ↓` : text;
      const base = at < top + 14 ? at + 12 : at - 4;
      const beside = placed.filter((other) => Math.abs(other.base - base) < 13);
      const taken = beside.reduce((sum, other) => sum + other.width, 0);
      placed.push({ base, width: textWidth(label) + 10 });
      return [
        svg("path", { class: `limit ${mood}`, d: `M${left} ${at}H${right}` }),
        svg("text", { class: `note ${mood}`, x: right - 4 - taken, y: base, "text-anchor": "end" }, label),
      ];
    });
};

// crosses draws a cross at each { at, value, label, mood }, with its label at a
// corner where it covers no other label, if there is one.
export const crosses = (list) => ({ x, y, left, right, top, bottom }) => {
  const placed = [];
  return list.flatMap(({ at, value, label, mood }) => {
    const [cx, cy] = [round(x(at)), round(Math.min(Math.max(y(value), top), bottom))];
    const corner = corners(cx, cy, textWidth(label)).find((box) => box.left >= left && box.right <= right &&
      box.base - 10 >= top && box.base <= bottom && !placed.some((other) => covers(box, other)));
    if (corner) placed.push(corner);
    return [
      svg("path", { class: `cross ${mood}`, d: `M${cx - 4} ${cy - 4}l8 8m0-8l-8 8` }, svg("title", {}, label)),
      ...(corner ? [svg("text", { class: `note ${mood}`, x: corner.left, y: corner.base }, label)] : []),
    ];
  });
};

// corners returns where a label of a width may stand beside a point.
export const corners = (cx, cy, width) => [-6, 14, -20, 28].flatMap((down) => [
  { left: cx + 8, right: cx + 8 + width, base: cy + down }, { left: cx - 8 - width, right: cx - 8, base: cy + down },
]);

// covers reports whether two labels overlap.
export const covers = (a, b) => a.left < b.right && b.left < a.right && Math.abs(a.base - b.base) < 13;

// span shades the plot from one x to another. Its label is its title.
export const span = (from, to, label) => ({ x, left, right, top, bottom }) => {
  const [a, b] = [Math.max(x(from), left), Math.min(x(to), right)];
  const width = Math.max(round(b - a), 0);
  return [svg("rect", { class: "span", x: round(a), y: top, width, height: bottom - top }, svg("title", {}, label))];
};

// events draws a vertical line for each [x, label, mood]; the mood may be
// missing.
export const events = (list) => ({ x, top, bottom }) => list.map(([at, label, mood = ""]) =>
  svg("path", { class: `event ${mood}`, d: `M${round(x(at))} ${top}V${bottom}` }, svg("title", {}, label)));

// labels writes each [x, label, mood] above the plot, in the order of x. Those
// that would overlap are left out.
export const labels = (list) => ({ x, top, right }) => {
  let free = -Infinity;
  return [...list].sort(([a], [b]) => a - b).flatMap(([at, label, mood = ""]) => {
    const cx = round(x(at));
    const width = textWidth(label) + 8;
    const before = cx + width > right;
    if ((before ? cx - width : cx) < free) return [];
    free = before ? cx : cx + width;
    const place = before ? { x: cx - 4, "text-anchor": "end" } : { x: cx + 2, "text-anchor": "start" };
    return [svg("text", { class: `note ${mood}`, y: top - 5, ...place }, label)];
  });
};
