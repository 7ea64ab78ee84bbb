// Where an axis has its ticks. All functions return ascending values.

const steps = [1, 2, 5, 10];

// niceStep returns the smallest of 1, 2, 5 × 10ⁿ with which a span has at most
// count steps.
export function niceStep(span, count) {
  const least = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * steps.find((step) => step * power >= least * (1 - 1e-9));
}

// linearTicks returns the multiples of a nice step from low to high.
export function linearTicks(low, high, count) {
  if (!(high > low)) return [low];
  const step = niceStep(high - low, count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step));
}

// niceTop returns the first multiple of a nice step that is not below a value.
export function niceTop(value, count) {
  if (!(value > 0)) return 1;
  const step = niceStep(value, count);
  return tidy(Math.ceil(value / step - 1e-9) * step);
}

// tidy removes the error of a multiplication: 3 × 0.1 is 0.3.
const tidy = (value) => Number(value.toPrecision(12));

// logTicks returns 1, 2, 5 × 10ⁿ from low to high, or powers of 10 alone where
// those would be more than count.
export function logTicks(low, high, count) {
  for (const digits of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = decades(low, high, digits);
    if (ticks.length <= count) return ticks;
  }
  const powers = decades(low, high, [1]);
  const every = Math.ceil(powers.length / Math.max(count, 1));
  return powers.filter((_, i) => i % every === 0);
}

function decades(low, high, digits) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const digit of digits) {
      const tick = Number(`${digit}e${power}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

// wholeTicks returns every so many whole numbers, ending with the high one.
export function wholeTicks(low, high, count) {
  const step = Math.max(Math.ceil(high > low ? niceStep(high - low, count) : 1), 1);
  return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => high - i * step).reverse();
}

const times = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

// timeTicks returns round times from 0 to the end, in seconds.
export function timeTicks(end, count) {
  if (end < count) return linearTicks(0, end, count);
  const step = times.find((time) => end / time <= count) ?? 86400 * Math.ceil(end / 86400 / count);
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => i * step);
}

// clock writes a tick of time: 5 s, 1:30, 2:00:00.
export function clock(seconds) {
  const pad = (n) => String(n).padStart(2, "0");
  if (seconds < 60) return seconds === 0 ? "0" : `${seconds}\u00a0s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${pad(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}

// tailTicks returns the quantiles 0, 0.5, 0.9, 0.99 and so on up to a quantile.
export function tailTicks(top) {
  const ticks = [0, 0.5];
  for (let nines = 1; 1 - 10 ** -nines <= top + 1e-12; nines++) ticks.push(Number((1 - 10 ** -nines).toFixed(nines)));
  return ticks;
}

// percentile writes a tick of a quantile: 99.9 %.
export const percentile = (quantile) => `${Number((100 * quantile).toPrecision(12))}\u00a0%`;
