// Values formatted for people; the raw JSON has every digit.

const round = (value, digits) => Number(value.toPrecision(digits));

/**
 * Writes a number with three significant digits, or with all digits of its whole
 * part. It does what toLocaleString does: that takes as long as drawing a chart
 * when it is first called, and long each time.
 * @param {number} value
 */
export function number(value) {
  const size = Math.abs(value);
  return size >= 100 ? grouped(value, value.toFixed(size >= 1000 ? 0 : 1)) : significant(value);
}

// significant writes a number with three significant digits at most.
function significant(value) {
  const rounded = round(value, 3);
  const size = Math.abs(rounded);
  const small = size > 0 && size < 1e-6; // which String writes with an exponent
  const decimals = Math.min(2 - Math.floor(Math.log10(size)), 100);
  return grouped(value, small ? rounded.toFixed(decimals) : String(rounded));
}

// grouped separates the thousands of a number's digits, and leaves out zeros at
// their end.
function grouped(value, digits) {
  if (!(Math.abs(value) < 1e21)) return value.toLocaleString("en");
  const [whole, decimals = ""] = digits.split(".");
  const some = decimals.replace(/0+$/, "");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (some ? `.${some}` : "");
}

export function duration(seconds) {
  const value = round(seconds, 3);
  const of = (factor, unit) => `${round(value * factor, 3)}\u00a0${unit}`;
  if (value === 0) return of(1, "s");
  if (value < 1e-6) return of(1e9, "ns");
  if (value < 1e-3) return of(1e6, "µs");
  if (value < 1) return of(1e3, "ms");
  if (value < 60) return of(1, "s");
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}\u00a0min ${whole % 60}\u00a0s`;
  return `${Math.floor(whole / 3600)}\u00a0h ${Math.floor((whole % 3600) / 60)}\u00a0min`;
}

// money shows two decimals, or as many as three significant digits need.
export function money(amount, currency) {
  const decimals = amount === 0 ? 2 : 2 - Math.floor(Math.log10(Math.abs(amount)));
  const maximumFractionDigits = Math.min(Math.max(decimals, 2), 20);
  return amount.toLocaleString("en", { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits });
}

// bytes shows three significant digits.
export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(value, 1)) / 10), units.length - 1);
  return `${round(value / 1024 ** power, 3)}\u00a0${units[power]}`;
}

// count shows a number of things: 1 worker, 2 workers.
export const count = (n, thing) => `${number(n)} ${thing}${n === 1 ? "" : "s"}`;

export const percent = (share) => `${significant(share * 100)}\u00a0%`;

// plain replaces invisible characters and those that change the direction of text by
// their codes. Names and messages are untrusted.
export const plain = (text) => (tame.test(text) ? text : text.replace(invisible, codeOf));

const invisible = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const codeOf = (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`;

// tame matches most texts. To make the sets of invisible characters takes long.
const tame = /^[\n\t -~\u00a0\u00b5\u2013]*$/;

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// sentence adds the full stop that messages of the service do not have, and writes
// their counts as all others.
export const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`)
  .replace(/(?<=^|\s)\d{4,15}(?= (?:jobs|runs|samples|requests|workers)\b)/g, (digits) => number(Number(digits)));
