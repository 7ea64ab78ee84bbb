// Keeps the list of runs up to date: what runs and waits, and the finished runs
// that the filters select.

import { ConnectionError, Problem, requestJSON, setOnline } from "../../core/api.js";
import { store } from "../../core/store.js";
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
 * @typedef {object} Listed the runs of the home
 * @property {import("./filters.js").Filters} filters of the list
 * @property {{ lines: import("./line.js").Line[], cursor: string }} list the finished runs
 * @property {import("./line.js").Line[]} active the unfinished ones, by their turn
 * @property {boolean} loaded whether the list has been read
 * @property {{ since: Date, error: Error } | null} away why the last look failed
 */

const none = { lines: [], cursor: "" };

const unchanged = (/** @type {Listed} */ listed) => listed;

/**
 * Opens a feed: { start, more, select, mark, kept }. It keeps the runs in the
 * store. start begins to look for changes; it has to be called again when the
 * service responds again after an outage.
 * @param {import("./filters.js").Filters} selected
 * @param {AbortSignal} signal
 * @param {Listed} [kept] what an earlier feed with these filters kept
 */
export function openFeed(selected, signal, kept) {
  const listed = () => store.state.listed;
  const apply = (change) => store.update((state) => { state.listed = change(state.listed); });
  apply(() => ({ list: none, active: [], loaded: false, ...kept, filters: selected, away: null }));
  let newest = null; // the id of the newest run of all; null before it is known
  let sure = false; // whether every unfinished run has been asked for
  let read = 0; // when everything was read
  let rounds = 0; // counts the looks: only the latest one plans the next
  let timer;

  const ask = async (query) => {
    const { runs, next_cursor: cursor } = await get(`/v1/runs?brief=true&${query}`, signal);
    return { lines: runs.map(lineOf), cursor };
  };

  // The functions that read return the change of what is listed, which takes what
  // is listed by then.

  async function readActive() {
    const { lines } = await ask("status=queued,running&limit=200");
    const active = lines.sort(byTurn);
    sure = true;
    return (now) => ({ ...now, active });
  }

  // readFirst reads the newest runs of all: with one request, the page has mostly
  // everything that it shows at first.
  async function readFirst() {
    const filters = selected;
    const { lines, cursor } = await ask(`limit=${first}`);
    if (filters !== selected) return unchanged;
    newest = lines[0]?.id ?? "";
    read = Date.now();
    const active = lines.filter(({ status }) => isUnfinished(status)).sort(byTurn);
    const list = { lines: lines.filter(({ status }) => !isUnfinished(status)), cursor };
    return (now) => ({ ...now, active, list, loaded: true });
  }

  async function readHead() {
    const filters = selected;
    const page = await ask(pageQuery(filters, first, ""));
    const known = (now) => (now.filters === filters ? now.list : none);
    const missing = ({ list, away } = { ...listed(), list: known(listed()) }) =>
      !meets(list, page) || (away && page.cursor && page.lines.length < list.lines.length);
    for (let i = 0; i < catchUp && filters === selected && missing(); i++) {
      Object.assign(page, withTail(page, await ask(pageQuery(filters, next, page.cursor))));
    }
    return (now) => (filters === selected ? { ...now, filters, loaded: true, list: withHead(known(now), page) } : now);
  }

  async function readAll() {
    const [active, head] = await Promise.all([readActive(), readHead()]);
    read = Date.now();
    return (now) => head(active(now));
  }

  // look finds out what is new with one small request if nothing is.
  async function look() {
    const { active, loaded, away, filters } = listed();
    if (!loaded && !away && !isFiltered(selected)) return readFirst();
    if (away || !loaded || filters !== selected || Date.now() - read > whole) return readAll();
    if (active.length > 0 || !sure) {
      const change = await readActive();
      const left = new Set(change(listed()).active.map(({ id }) => id));
      if (active.every(({ id }) => left.has(id))) return change;
      const head = await readHead();
      return (now) => head(change(now));
    }
    const { lines: [run] } = await ask("limit=1");
    const known = newest;
    newest = run?.id ?? "";
    return known !== null && known !== newest ? readAll() : unchanged;
  }

  // round looks once and plans the next look. It throws an error that does not
  // end by itself.
  async function round() {
    const turn = ++rounds;
    clearTimeout(timer);
    try {
      const change = await look();
      apply((now) => ({ ...change(now), away: null }));
    } catch (error) {
      if (signal.aborted) return;
      if (!isTemporary(error)) throw error;
      lose(error);
    }
    const { active, away } = listed();
    if (turn !== rounds || away?.error instanceof ConnectionError) return; // which the caller waits for to end
    const wait = !away && active.length > 0 ? busy : idle;
    timer = setTimeout(() => { if (!document.hidden) again(); }, wait);
  }

  const lose = (error) => apply((now) => (now.away?.error.message === error.message ? now
    : { ...now, away: { since: now.away?.since ?? new Date(), error } }));
  const again = () => round().catch(lose);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));

  return {
    start: round,

    // kept returns what another feed needs to go on; nothing while the list is not
    // that of the filters.
    kept: () => (listed().loaded && listed().filters === selected ? listed() : undefined),

    // more reads the next page.
    async more() {
      const { filters, list: { cursor } } = listed();
      if (filters !== selected) return;
      const page = await ask(pageQuery(filters, next, cursor));
      if (filters === selected) apply((now) => ({ ...now, list: withTail(now.list, page) }));
    },

    // select begins the list again with other filters.
    async select(others) {
      selected = { ...others };
      await round();
    },

    // mark makes a run the baseline of its name, or no longer.
    async mark(line, baseline) {
      const body = JSON.stringify({ baseline });
      const run = await requestJSON("PATCH", `/v1/runs/${encodeURIComponent(line.id)}`, { body, signal });
      apply((now) => ({ ...now, list: withBaseline(now.list, run) }));
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
