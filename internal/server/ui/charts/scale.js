// Scales map values to positions. A scale is a function with a domain and with
// ticks(count); invert is its inverse.

import { linearTicks, logTicks, tailTicks, timeTicks, wholeTicks } from "./ticks.js";

// linear returns a scale of equal steps.
export const linear = (domain, range) =>
  scale(domain, range, (value) => value, (value) => value, (count) => linearTicks(...domain, count));

// whole returns a linear scale of counts, with ticks at whole numbers.
export const whole = (domain, range) => scale(domain, range, (value) => value, (value) => value,
  (count) => linearTicks(...domain, count).filter(Number.isInteger));

// time returns a linear scale of seconds, from 0, with ticks at round times.
export const time = (domain, range) =>
  scale(domain, range, (value) => value, (value) => value, (count) => timeTicks(domain[1], count));

// ordinal returns a scale of places in a list, with half a place of room at
// either end. Its domain is the first and the last place.
export const ordinal = ([first, last], range) =>
  scale([first - 0.5, last + 0.5], range, (value) => value, (value) => value,
    (count) => wholeTicks(first, last, count));

// log returns a scale of equal ratios. Its domain is above 0; a value below it
// has the position of its lower end.
export const log = ([low, high], range) =>
  scale([low, high], range, (value) => Math.log10(Math.max(value, low)), (value) => 10 ** value,
    (count) => logTicks(low, high, count));

// tail returns a scale of quantiles q by 1/(1−q): every further nine takes as
// much room as the one before it. Its domain is below 1.
export const tail = ([low, high], range) =>
  scale([low, high], range, (q) => -Math.log10(1 - Math.min(q, high)), (value) => 1 - 10 ** -value,
    () => tailTicks(high));

function scale(domain, [from, to], forth, back, ticks) {
  const [low, high] = domain.map(forth);
  const span = high - low || 1;
  const at = (value) => from + ((forth(value) - low) / span) * (to - from);
  at.invert = (position) => back(low + ((position - from) / (to - from)) * span);
  return Object.assign(at, { domain, ticks });
}
