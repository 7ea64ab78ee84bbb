// The one state of the page. Actions change it; screens render from it.

/**
 * @typedef {object} State
 * @property {object | null} service what /health says; null before
 * @property {boolean} online whether the last request had a response
 * @property {import("../screens/home/feed.js").Listed | null} listed the runs of the home; null before
 * @property {import("../screens/run/view.js").View | null} shown the view of the run that is shown; null before
 * @property {import("../screens/compare/load.js").Compared | null} compared the comparison that is shown; null before
 * @property {import("../screens/trend/load.js").Named | null} trend the runs of a name and their trend; null before
 * @property {import("../screens/system/load.js").State | null} system what the screen System shows; null before
 * @property {Set<string>} ticked the ids of the runs that are to be compared
 */

/** @type {State} */
const state = {
  service: null, online: true, listed: null, shown: null, compared: null, trend: null, system: null,
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

/**
 * Ticks a run for a comparison, or no longer.
 * @param {string} id
 * @param {boolean} ticked
 */
export const tick = (id, ticked) => store.update((state) => {
  if (ticked) state.ticked.add(id);
  else state.ticked.delete(id);
});
