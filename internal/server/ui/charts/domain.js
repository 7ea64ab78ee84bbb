// The y axes of plots by their values, each { scale, domain, write }.

import { linear, log, whole } from "./scale.js";
import { niceTop } from "./ticks.js";

// fromZero returns an axis from 0 to a round value above all values.
export const fromZero = (values, write) => ({ scale: linear, domain: [0, niceTop(Math.max(...values, 0), 5)], write });

// counts returns such an axis of whole numbers.
export const counts = (values, write) => ({ ...fromZero(values, write), scale: whole });

// durations returns an axis of times: from 0, or logarithmic where the values
// differ by more than a factor of 30.
export function durations(values, write) {
  const some = values.filter((value) => value > 0);
  const [low, high] = [Math.min(...some), Math.max(...some)];
  if (!(high > 30 * low)) return fromZero(some, write);
  return { scale: log, domain: [low / 1.1, high * 1.1], write };
}

// around returns an axis that shows how values differ: it has a tenth of room at
// either end, and begins at 0 where they are near to it.
export function around(values, write) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (values.length === 0 || !(low > 0) || low < (high - low)) return fromZero(values, write);
  const room = Math.max((high - low) * 0.15, high * 0.01);
  return { scale: linear, domain: [low - room, high + room], write };
}
