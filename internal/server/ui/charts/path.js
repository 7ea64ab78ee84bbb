// Paths through points, as the text that an SVG takes. A null is a gap.

import { round } from "./svg.js";

// linePath returns the path through points [x, y].
export function linePath(points, x, y) {
  let pen = "M";
  return points.map(([at, value]) => {
    if (value === null) { pen = "M"; return ""; }
    const step = `${pen}${round(x(at))} ${round(y(value))}`;
    pen = "L";
    return step;
  }).join("");
}

// bandPath returns the path around the area between points [x, low, high], one
// area between two gaps.
export function bandPath(points, x, y) {
  return runs(points).map((run) => {
    const upper = linePath(run.map(([at, , high]) => [at, high]), x, y);
    const lower = linePath([...run].reverse().map(([at, low]) => [at, low]), x, y);
    return `${upper}L${lower.slice(1)}Z`;
  }).join("");
}

// runs cuts points at their gaps.
function runs(points) {
  const all = [[]];
  for (const point of points) {
    if (point[1] === null) all.push([]);
    else all.at(-1).push(point);
  }
  return all.filter((run) => run.length > 0);
}

// lonely returns the points between two gaps, which a line cannot show.
export const lonely = (points) => points.filter(([, value], i) =>
  value !== null && (points[i - 1]?.[1] ?? null) === null && (points[i + 1]?.[1] ?? null) === null);
