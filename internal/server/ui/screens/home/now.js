// What runs and what waits.

import { element, exact } from "../../core/dom.js";
import { duration, number } from "../../core/format.js";
import { inCell, whichRun } from "./cells.js";

/** @typedef {import("./line.js").Line} Line */

const most = 8; // rows before the others are folded

/**
 * Returns the section: { node, show }.
 * @param {(label: string) => void} choose is called with a label, as key:value
 */
export function nowSection(choose) {
  const title = element("h2", {});
  const body = element("tbody", { role: "rowgroup" });
  const all = element("button", { type: "button", class: "small", "aria-expanded": "false" });
  const node = element("section", { class: "card now", hidden: "" }, title,
    element("table", { role: "table", class: "active", "aria-label": "Runs under way" }, body), all);
  const rows = new Map();
  let active = [];
  let unfolded = false;

  function show(lines) {
    active = lines;
    node.hidden = lines.length === 0;
    title.textContent = titleOf(lines);
    const seen = unfolded ? lines : lines.slice(0, most);
    all.hidden = lines.length <= most;
    all.textContent = unfolded ? `Show ${most}` : `Show all ${number(lines.length)}`;
    all.setAttribute("aria-expanded", String(unfolded));
    const stay = new Set(seen.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (stay.has(id)) continue;
      row.node.remove();
      rows.delete(id);
    }
    let place = body.firstChild;
    for (const line of seen) {
      let row = rows.get(line.id);
      if (!row) rows.set(line.id, row = activeRow(line, choose));
      row.update(line);
      if (row.node === place) place = place.nextSibling;
      else body.insertBefore(row.node, place);
    }
  }
  all.addEventListener("click", () => {
    unfolded = !unfolded;
    show(active);
  });
  return { node, show };
}

/**
 * Counts what runs and what waits, in words.
 * @param {Line[]} lines
 */
export function titleOf(lines) {
  const running = lines.filter(({ status }) => status === "running").length;
  const waiting = lines.length - running;
  if (waiting === 0) return `${number(running)} running`;
  return running === 0 ? `${number(waiting)} waiting` : `${number(running)} running, ${number(waiting)} waiting`;
}

function activeRow(line, choose) {
  const bar = element("progress", { max: "1", "aria-label": "Progress" });
  const says = element("span", {});
  const numbers = element("td", { role: "cell", class: "numbers" });
  const node = element("tr", { role: "row" },
    element("th", { role: "rowheader", scope: "row", class: "which" }, ...whichRun(line, choose)),
    inCell("done", bar, says), numbers);
  return {
    node,
    update({ status, place, progress }) {
      const share = status === "running" ? shareOf(progress) : 0;
      bar.hidden = status !== "running";
      if (share === null) bar.removeAttribute("value");
      else bar.value = share;
      const words = status === "running" ? wordsOf(progress) : placeOf(place);
      if (says.textContent !== words) says.textContent = words;
      numbers.replaceChildren(...(status === "running" && progress ? figures(progress) : []));
    },
  };
}

/**
 * Returns which part of a run is over; null if unknown.
 * @param {{ elapsed: number, remaining: number } | null} progress
 */
export function shareOf(progress) {
  if (!progress || !(progress.remaining >= 0)) return null;
  const total = progress.elapsed + progress.remaining;
  return total > 0 ? progress.elapsed / total : null;
}

function wordsOf(progress) {
  if (!progress) return "starting";
  const share = shareOf(progress);
  const left = progress.remaining > 0 ? `${duration(Math.ceil(progress.remaining))} left` : "";
  const over = share === null ? "" : `${Math.floor(100 * share)}\u00a0%`;
  return [progress.activity, over, left].filter(Boolean).join(" · ");
}

const placeOf = (place) => (place === 1 ? "next in the queue" : place > 1 ? `place ${place} in the queue` : "waiting");

function figures({ throughput, p50, p99, ok, failed, in_flight: flying }) {
  const ended = ok + failed > 0;
  const figure = (name, value, write, mood = "") => element("span", { class: `figure ${mood}` },
    element("span", { class: "term" }, name), " ", value === null ? "–" : exact(value, write(value)));
  return [
    figure("jobs/s", throughput, number),
    figure("p50", ended ? p50 : null, duration), figure("p99", ended ? p99 : null, duration),
    figure("in flight", flying, number), ...(failed > 0 ? [figure("failed", failed, number, "bad")] : []),
  ];
}
