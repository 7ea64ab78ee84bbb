// Where each entry of the browser's history was left, so that Back leads there.

/**
 * @typedef {object} Place
 * @property {number} top how far the page was scrolled, in pixels
 * @property {any} kept what the screen keeps to be drawn again as it was
 */

/** @type {Map<string, Place>} */
const places = new Map();
/** @type {Place} */
let current = { top: 0, kept: null };
let keys = 0;
let scrolled = 0; // how far the page is scrolled

// watchPlaces notes from now on how far the page is scrolled.
export function watchPlaces() {
  const take = () => { history.scrollRestoration = "manual"; };
  take();
  window.addEventListener("pageshow", take);
  // The browser itself restores a page that is loaded again.
  window.addEventListener("pagehide", () => { history.scrollRestoration = "auto"; });
  window.addEventListener("scroll", () => { scrolled = current.top = window.scrollY; }, { passive: true });
}

/**
 * Returns the place of the entry that is shown now; a new one for a new entry.
 * @returns {Place}
 */
export function arrive() {
  const key = history.state?.place ?? `${performance.timeOrigin} ${++keys}`;
  history.replaceState({ place: key }, "");
  current = places.get(key) ?? { top: 0, kept: null };
  places.set(key, current);
  return current;
}

/**
 * Scrolls to a place, as soon as the screen is high enough, unless the user does
 * something first.
 * @param {number} top
 * @param {HTMLElement} root holds the screen
 * @param {AbortSignal} signal
 */
export function scrollBack(top, root, signal) {
  if (top === 0 && scrolled === 0) return; // to scroll would lay out the page, which is not complete
  const ended = new AbortController();
  const go = () => {
    window.scrollTo(0, top);
    if (window.scrollY >= Math.floor(top)) ended.abort();
  };
  go();
  if (ended.signal.aborted) return;
  const observer = new ResizeObserver(go);
  observer.observe(root);
  ended.signal.addEventListener("abort", () => observer.disconnect());
  const stop = () => ended.abort();
  signal.addEventListener("abort", stop);
  for (const input of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    window.addEventListener(input, stop, { passive: true, signal: ended.signal });
  }
}
