// The known part of the list: its newest runs without a gap, and the cursor
// behind them.

/** @typedef {import("./line.js").Line} Line */
/** @typedef {{ lines: Line[], cursor: string }} List */

/**
 * Returns a list with its newest page read again. The page replaces what it
 * covers; older lines stay. Without a line in common there is a gap, and the
 * list begins again.
 * @param {List} list
 * @param {List} page
 * @returns {List}
 */
export function withHead(list, page) {
  if (!page.cursor) return page;
  const fresh = new Set(page.lines.map(({ id }) => id));
  const last = list.lines.findLastIndex(({ id }) => fresh.has(id));
  if (last < 0) return page;
  const tail = list.lines.slice(last + 1);
  return { lines: [...page.lines, ...tail], cursor: tail.length ? list.cursor : page.cursor };
}

/**
 * Reports whether a page reaches the lines that a list has.
 * @param {List} list
 * @param {List} page
 */
export function meets(list, page) {
  const known = new Set(list.lines.map(({ id }) => id));
  return known.size === 0 || !page.cursor || page.lines.some(({ id }) => known.has(id));
}

/**
 * Returns a list with its next page.
 * @param {List} list
 * @param {List} page
 * @returns {List}
 */
export function withTail(list, page) {
  const known = new Set(list.lines.map(({ id }) => id));
  return { lines: [...list.lines, ...page.lines.filter(({ id }) => !known.has(id))], cursor: page.cursor };
}

/**
 * Returns a list in which a run is a baseline or not. Unless keep is set, it is
 * the only one of its name.
 * @param {List} list
 * @param {{ id: string, name: string, baseline: boolean }} run
 */
export function withBaseline(list, { id, name, baseline }) {
  const lines = list.lines.map((line) => {
    if (line.id === id) return { ...line, baseline };
    return baseline && line.baseline && line.name === name ? { ...line, baseline: false } : line;
  });
  return { ...list, lines };
}

/**
 * Sorts unfinished runs: what runs, then what waits, by its place.
 * @param {Line} a
 * @param {Line} b
 */
export const byTurn = (a, b) => turn(a) - turn(b) || a.place - b.place || (a.created < b.created ? -1 : 1);

const turn = ({ status }) => (status === "running" ? 0 : 1);
