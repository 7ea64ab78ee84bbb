// Ages of runs, as short as a column needs them.

/** @type {[number, string][]} */
const units = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
const longest = 7 * 86_400; // seconds after which a date says more

/**
 * Writes how long ago a time was; after a week, its date.
 * @param {string} time
 * @param {number} now in ms
 */
export function ago(time, now) {
  const seconds = Math.max(Math.floor((now - Date.parse(time)) / 1000), 0);
  if (seconds >= longest) return dateOf(new Date(time), new Date(now));
  const [size, unit] = units.find(([least]) => seconds >= least) ?? [1, "s"];
  return `${Math.floor(seconds / size)}\u00a0${unit}`;
}

function dateOf(date, now) {
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: "2-digit" };
  return date.toLocaleDateString(undefined, { day: "numeric", month: "short", ...year }).replaceAll(" ", "\u00a0");
}
