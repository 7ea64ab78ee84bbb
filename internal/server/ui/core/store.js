// The one state of the page. Actions change it; screens render from it.

/**
 * @typedef {object} State
 * @property {object | null} service what /health says; null before
 * @property {boolean} online whether the last request had a response
 * @property {object[] | null} kinds the kinds of job; null before they are loaded
 * @property {Map<string, object>} runs the known runs by id
 * @property {object | null} shown the view of the run that is shown; null before
 * @property {string[]} order the ids of the listed runs, newest first
 * @property {object[] | null} workers the workers; null before they are loaded
 * @property {object[] | null} searches the searches; null before they are loaded
 * @property {Set<string>} ticked the ids of the runs that are to be compared
 */

/** @type {State} */
const state = {
  service: null, online: true, kinds: null, runs: new Map(), shown: null, order: [], workers: null, searches: null,
  ticked: new Set(),
};

const watchers = new Set();
let frame = 0;

function wake() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    for (const render of [...watchers]) render(state);
  });
}

export const store = {
  state,

  /**
   * Calls render now and after changes, at most once a frame, until signal is
   * aborted.
   * @param {AbortSignal} signal
   * @param {(state: State) => void} render
   */
  watch(signal, render) {
    if (signal.aborted) return;
    watchers.add(render);
    signal.addEventListener("abort", () => watchers.delete(render));
    render(state);
  },

  /**
   * Changes the state and wakes the watchers.
   * @param {(state: State) => void} change
   */
  update(change) {
    change(state);
    wake();
  },
};
