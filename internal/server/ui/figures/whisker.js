// A whisker: a difference as a dot on a small scale around 0, with its interval
// as a line that has an end on either side.

import { round, svg } from "../charts/svg.js";

const width = 200;
const height = 22;
const middle = height / 2;

// whisker draws { low, value, high } of a difference on a scale from −limit to
// limit. relevant is the difference that matters; mood is a word for which the
// style sheet has a colour. Without an interval, low and high are undefined.
export function whisker(difference, { limit, relevant, mood }) {
  const { low, value, high, cutLow, cutHigh } = positions(difference, limit);
  const [from, to] = [scaled(-relevant, limit), scaled(relevant, limit)];
  const end = (at, cut, outward) => (cut
    ? `M${round(at - 5 * outward)} ${middle - 4}L${at} ${middle}L${round(at - 5 * outward)} ${middle + 4}`
    : `M${at} ${middle - 5}v10`);
  return svg("svg", { class: `whisker ${mood}`, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    svg("rect", { class: "relevant", x: from, y: 0, width: round(to - from), height }),
    svg("path", { class: "zero", d: `M${scaled(0, limit)} 0v${height}` }),
    ...(low === undefined ? [] : [svg("path", {
      class: "interval", d: `M${low} ${middle}H${high}${end(low, cutLow, -1)}${end(high, cutHigh, 1)}`,
    })]),
    ...(value === undefined ? [] : [svg("circle", { class: "value", cx: value, cy: middle, r: 4 })]));
}

// positions returns where a difference is drawn. What is beyond the scale is at
// its end; cutLow and cutHigh say so of the interval.
export function positions({ low, value, high }, limit) {
  const at = (share) => (share === undefined ? undefined : scaled(share, limit));
  return { low: at(low), value: at(value), high: at(high), cutLow: low < -limit, cutHigh: high > limit };
}

// scaled returns the position of a share, with room for a dot at either end.
const scaled = (share, limit) =>
  round(5 + ((Math.min(Math.max(share, -limit), limit) + limit) / (2 * limit)) * (width - 10));

// reach returns the limit of a scale on which all differences can be read: a
// round number from floor up. A few that are far beyond the others are cut off.
export function reach(shares, floor) {
  const sizes = shares.filter((share) => share !== undefined).map(Math.abs).sort((a, b) => a - b);
  const most = sizes.at(-1) ?? 0;
  const usual = sizes[Math.floor(0.75 * (sizes.length - 1))] ?? 0;
  const wanted = Math.max(Math.min(most, 6 * usual), floor);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return Number((power * [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= wanted * (1 - 1e-9)))
    .toPrecision(12));
}
