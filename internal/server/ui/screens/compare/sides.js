// The sides of a comparison as the address has them: base and head as the words
// that GET /v1/compare takes, and the difference that matters.

/** @typedef {{ base: string, head: string, threshold: string }} Sides */

// selections begin the words that are a name or a label, and wordStarts all words
// that the service knows.
const selections = /^(name|label):/, wordStarts = /^(benchmark-|name:|label:|baseline$)/;

/**
 * Returns the words of a side, which commas separate. As for the service, a
 * comma in a name or a label is part of it: what follows it is no word.
 * @param {string} side
 */
export function splitWords(side) {
  /** @type {string[]} */
  const words = [];
  for (const part of side.split(",")) {
    const last = words.length - 1;
    if (last >= 0 && selections.test(words[last]) && !wordStarts.test(part.trim())) words[last] += `,${part}`;
    else words.push(part);
  }
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

/**
 * Reads the sides of an address. A side that is repeated is one list.
 * @param {URLSearchParams} query
 * @returns {Sides}
 */
export function sidesOf(query) {
  const words = (side) => query.getAll(side).flatMap(splitWords).join(",");
  return { base: words("base"), head: words("head"), threshold: query.get("threshold") ?? "" };
}

// escaped encodes a value for a query, but for the signs that make ids and words
// readable.
const escaped = (value) => encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%3D", "=");

/**
 * Returns the query of the sides, for the address and for the service.
 * @param {Sides} sides
 */
export const queryOf = (sides) => ["base", "head", "threshold"].filter((name) => sides[name])
  .map((name) => `${name}=${escaped(sides[name])}`).join("&");

// addressOf returns the address of a comparison.
export function addressOf(sides) {
  const query = queryOf(sides);
  return query ? `#/compare?${query}` : "#/compare";
}

/**
 * Returns the sides the other way round. The baseline can only be the base, so
 * it becomes the ids that it stands for; they are given when they are known.
 * @param {Sides} sides
 * @param {string[]} [baseIDs] of the runs that were compared
 */
export function swapped({ base, head, threshold }, baseIDs = []) {
  return { base: head, head: base === "baseline" ? baseIDs.join(",") : base, threshold };
}

// kinds are the ways to choose the runs of a side. prefix is what the words of
// that way begin with.
export const kinds = [
  { kind: "ids", prefix: "", label: "By id", placeholder: "ids, comma-separated" },
  { kind: "name", prefix: "name:", label: "Named", placeholder: "name of the runs" },
  { kind: "label", prefix: "label:", label: "Labelled", placeholder: "branch=main" },
  { kind: "baseline", prefix: "baseline", label: "Baseline of head's name", placeholder: "" },
];

/**
 * Returns the kind of a side and its value: name:shop is { kind: "name", value: "shop" }.
 * Words that are mixed are ids, which may hold any of them.
 * @param {string} words
 */
export function choiceOf(words) {
  if (words === "baseline") return { kind: "baseline", value: "" };
  const found = kinds.find(({ prefix, kind }) => kind !== "ids" && kind !== "baseline" && words.startsWith(prefix));
  if (!found || splitWords(words).length > 1) return { kind: "ids", value: words };
  return { kind: found.kind, value: words.slice(found.prefix.length) };
}

// wordsOf returns the words of a choice.
export function wordsOf({ kind, value }) {
  const { prefix } = kinds.find((one) => one.kind === kind);
  if (kind === "baseline") return prefix;
  return value.trim() === "" ? "" : prefix + value.trim();
}

/**
 * Returns the messages of a problem by the side or the threshold that they are
 * about, and the others under "".
 * @param {{ message: string, errors: { location: string, message: string }[] }} problem
 */
export function messagesOf(problem) {
  const messages = { base: [], head: [], threshold: [], "": [] };
  for (const { location, message } of problem.errors) {
    const place = location.replace(/^query\./, "");
    (messages[place] ?? messages[""]).push(message.replace(/^(not found|conflict): /, ""));
  }
  if (problem.errors.length === 0) messages[""].push(problem.message);
  return messages;
}
