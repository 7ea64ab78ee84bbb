// Ages of runs, as short as a column needs them.

import { dateOf } from "../../core/dates.js";

/** @type {[number, string][]} */
const units = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
const longest = 7 * 86_400; // seconds after which a date says more

/**
 * Writes how long ago a time was; after a week, its date, and
 * its month in another year.
 * @param {string} time
 * @param {number} now in ms
 */
export function ago(time, now) {
  const seconds = Math.max(Math.floor((now - Date.parse(time)) / 1000), 0);
  if (seconds >= longest) {
    const year = new Date(time).getFullYear() !== new Date(now).getFullYear();
    const date = dateOf(time, { year });
    return (year ? date.slice(date.indexOf(" ") + 1) : date).replaceAll(" ", "\u00a0");
  }
  const [size, unit] = units.find(([least]) => seconds >= least) ?? [1, "s"];
  return `${Math.floor(seconds / size)}\u00a0${unit}`;
}
