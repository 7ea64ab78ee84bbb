// Times of the service, in the time zone of the browser and the page's language.
// toLocaleString takes as long as drawing a chart when it is first called.

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (n) => String(n).padStart(2, "0");

/**
 * Writes the time of day, to the second or to the minute: 08:05:09.
 * @param {string | Date} time
 */
export function clockTime(time, { seconds = true } = {}) {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), ...(seconds ? [date.getSeconds()] : [])].map(two).join(":");
}

/**
 * Writes the date: 3 Nov 2026. Without a year, that is left out.
 * @param {string | Date} time
 */
export function dateOf(time, { year = true } = {}) {
  const date = new Date(time);
  return `${date.getDate()} ${months[date.getMonth()]}${year ? ` ${date.getFullYear()}` : ""}`;
}

/**
 * Writes the date and the time of day: 3 Nov 2026, 08:05:09.
 * @param {string | Date} time
 */
export const dateTime = (time, options = {}) => `${dateOf(time, options)}, ${clockTime(time, options)}`;
