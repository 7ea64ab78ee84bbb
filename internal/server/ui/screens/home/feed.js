// Keeps the list of runs up to date: what runs and waits, and the finished runs
// that the filters select.

import { ConnectionError, Problem, requestJSON, setOnline } from "../../core/api.js";
import { isFiltered, pageQuery } from "./filters.js";
import { lineOf } from "./line.js";
import { byTurn, meets, withBaseline, withHead, withTail } from "./list.js";

const busy = 1000; // ms between looks while something runs or waits
const idle = 2000; // ms between looks otherwise
const whole = 15_000; // ms after which everything in sight is read again
const patience = 10_000; // ms for a response
const first = 24; // runs of the newest page, which fill a window
const next = 200; // runs of the other pages
const catchUp = 10; // pages that are read at most to reach the known ones

/**
 * @typedef {object} Feed
 * @property {{ lines: import("./line.js").Line[], cursor: string }} list the finished runs
 * @property {import("./line.js").Line[]} active the unfinished ones, by their turn
 * @property {boolean} loaded whether the list has been read
 * @property {{ since: Date, error: Error } | null} away why the last look failed
 */

/**
 * Opens a feed: { state, start, more, select, mark, kept }. change is called after
 * changes of state. start begins to look for changes; it has to be called again
 * when the service responds again after an outage.
 * @param {import("./filters.js").Filters} filters
 * @param {AbortSignal} signal
 * @param {() => void} change
 * @param {Feed} [kept] what an earlier feed with these filters kept
 */
export function openFeed(filters, signal, change, kept) {
  /** @type {Feed} */
  const state = { list: { lines: [], cursor: "" }, active: [], loaded: false, ...kept, away: null };
  let selected = 0; // counts the selections: a response to an earlier one is dropped
  let listed = 0; // the selection that the list is of
  let newest = null; // the id of the newest run of all; null before it is known
  let sure = false; // whether every unfinished run has been asked for
  let read = 0; // when everything was read
  let rounds = 0; // counts the looks: only the latest one plans the next
  let timer;

  const ask = async (query) => {
    const { runs, next_cursor: cursor } = await get(`/v1/runs?${query}`, signal);
    return { lines: runs.map(lineOf), cursor };
  };

  async function readActive() {
    const { lines } = await ask("status=queued,running&limit=200");
    const now = new Set(lines.map(({ id }) => id));
    const ended = state.active.some(({ id }) => !now.has(id));
    state.active = lines.sort(byTurn);
    sure = true;
    return ended;
  }

  // readFirst reads the newest runs of all: with one request, the page has mostly
  // everything that it shows at first.
  async function readFirst() {
    const turn = selected;
    const { lines, cursor } = await ask(`limit=${first}`);
    if (turn !== selected) return;
    state.active = lines.filter(({ status }) => isUnfinished(status)).sort(byTurn);
    state.list = { lines: lines.filter(({ status }) => !isUnfinished(status)), cursor };
    state.loaded = true;
    newest = lines[0]?.id ?? "";
    read = Date.now();
  }

  async function readHead() {
    const turn = selected;
    const page = await ask(pageQuery(filters, first, ""));
    const known = listed === selected ? state.list : { lines: [], cursor: "" };
    const missing = () => !meets(known, page) || (state.away && page.cursor && page.lines.length < known.lines.length);
    for (let i = 0; i < catchUp && turn === selected && missing(); i++) {
      Object.assign(page, withTail(page, await ask(pageQuery(filters, next, page.cursor))));
    }
    if (turn !== selected) return;
    state.list = withHead(known, page);
    state.loaded = true;
    listed = turn;
  }

  async function readAll() {
    await Promise.all([readActive(), readHead()]);
    read = Date.now();
  }

  // look finds out what is new with one small request if nothing is.
  async function look() {
    if (!state.loaded && !state.away && !isFiltered(filters)) return readFirst();
    if (state.away || !state.loaded || listed !== selected || Date.now() - read > whole) return readAll();
    if (state.active.length > 0 || !sure) return (await readActive()) ? readHead() : undefined;
    const { lines: [run] } = await ask("limit=1");
    const known = newest;
    newest = run?.id ?? "";
    return known !== null && known !== newest ? readAll() : undefined;
  }

  // round looks once and plans the next look. It throws an error that does not
  // end by itself.
  async function round() {
    const turn = ++rounds;
    clearTimeout(timer);
    try {
      await look();
      state.away = null;
    } catch (error) {
      if (signal.aborted) return;
      if (!isTemporary(error)) throw error;
      lose(error);
    }
    change();
    if (turn !== rounds || state.away?.error instanceof ConnectionError) return; // which the caller waits for to end
    const wait = !state.away && state.active.length > 0 ? busy : idle;
    timer = setTimeout(() => { if (!document.hidden) again(); }, wait);
  }

  const lose = (error) => {
    if (state.away?.error.message === error.message) return;
    state.away = { since: state.away?.since ?? new Date(), error };
  };
  const again = () => round().catch((error) => {
    lose(error);
    change();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));

  return {
    state,
    start: round,

    // kept returns what another feed needs to go on; nothing while the list is not
    // that of the filters.
    kept: () => (state.loaded && listed === selected ? { ...state } : undefined),

    // more reads the next page.
    async more() {
      const turn = selected;
      if (listed !== turn) return;
      const page = await ask(pageQuery(filters, next, state.list.cursor));
      if (turn === selected) state.list = withTail(state.list, page);
      change();
    },

    // select begins the list again with other filters.
    async select(others) {
      Object.assign(filters, others);
      selected++;
      await round();
    },

    // mark makes a run the baseline of its name, or no longer.
    async mark(line, baseline) {
      const body = JSON.stringify({ baseline });
      const run = await requestJSON("PATCH", `/v1/runs/${encodeURIComponent(line.id)}`, { body, signal });
      state.list = withBaseline(state.list, run);
      change();
    },
  };
}

const isUnfinished = (status) => status === "queued" || status === "running";

// isTemporary reports whether an error ends by itself.
const isTemporary = (error) => error instanceof ConnectionError || error instanceof SyntaxError ||
  (error instanceof Problem && error.status >= 500);

// get requests JSON and takes too late a response for none.
async function get(path, signal) {
  const late = AbortSignal.timeout(patience);
  try {
    return await requestJSON("GET", path, { signal: AbortSignal.any([signal, late]) });
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    setOnline(false);
    throw new ConnectionError("there was no response in time");
  }
}
