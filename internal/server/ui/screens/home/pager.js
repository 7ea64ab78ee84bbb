// Loads the next page when the end of the list comes near.

import { element } from "../../core/dom.js";
import { count } from "../../core/format.js";
import { explain } from "../../core/problem.js";

const ahead = "1500px"; // how near, once somebody scrolls
const pause = 3000; // ms after a failure

/**
 * Returns the end of the list: { node, show }.
 * @param {() => Promise<void>} more loads the next page
 * @param {AbortSignal} signal
 */
export function pager(more, signal) {
  const says = element("span", { class: "hint" });
  const button = element("button", { type: "button", class: "small" }, "Load more");
  const node = element("div", { class: "pager" }, says, button);
  let list = { lines: [], cursor: "" };
  let loading = false;
  let failed = "";

  const look = () => { // to hear again whether the end is near
    near.unobserve(node);
    near.observe(node);
  };
  const show = (now = list) => {
    if (now.cursor && !list.cursor) look();
    list = now;
    button.hidden = !list.cursor;
    const known = list.cursor ? `${count(list.lines.length, "run")} so far` : count(list.lines.length, "finished run");
    says.textContent = failed || (list.lines.length === 0 ? "" : known);
  };
  const load = async () => {
    if (loading || !list.cursor) return;
    loading = true;
    try {
      await more();
      failed = "";
    } catch (error) {
      if (signal.aborted) return;
      failed = explain(error).title;
    } finally {
      loading = false;
    }
    show();
    if (failed) setTimeout(() => { if (!signal.aborted) look(); }, pause);
    else look();
  };
  const observer = (rootMargin) => new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) load();
  }, { rootMargin });
  let near = observer("0px");
  near.observe(node);
  window.addEventListener("scroll", () => {
    near.disconnect();
    near = observer(ahead);
    near.observe(node);
  }, { once: true, passive: true, signal });
  signal.addEventListener("abort", () => near.disconnect());
  button.addEventListener("click", load);
  return { node, show };
}
