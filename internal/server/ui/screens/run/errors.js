// How the jobs of a run ended: failures by class, the most frequent first, and
// responses by status.

import { element, exact, row } from "../../core/dom.js";
import { count, number, percent } from "../../core/format.js";
import { byCount, countsSoFar, errorName } from "./counts.js";
import { drawn } from "./drawn.js";
import { tableOf } from "./table.js";

/** Returns the errors: { node, show }. */
export function errors() {
  const node = element("section", { class: "card" });
  const show = drawn(node, ({ failures, statuses, fine }) => [
    ...(failures.length > 0 ? [element("h2", {}, "Errors"), errorTable(failures, fine)] : []),
    ...(statuses.length > 0 ? [element("h3", {}, "Responses by status"), statusTable(statuses)] : []),
  ]);
  return {
    node,
    show: (view) => show({ failures: failuresIn(view), statuses: statusesIn(view.result), fine: okOf(view) }),
  };
}

const okOf = ({ result, progress }) => (result ? result.counts.ok : progress?.ok ?? 0);

// failuresIn returns the failures as { name, code, count, sample }, with jobs
// that were not started or were lost.
function failuresIn({ result, progress }) {
  const counts = result?.counts ?? (progress ? countsSoFar(progress) : {});
  const classes = byCount(result?.errors ?? progress?.so_far?.errors)
    .map((one) => ({ name: errorName(one), code: one.class, count: one.count, sample: one.sample ?? "" }));
  const more = [
    { name: "dropped", code: "dropped", count: counts.dropped ?? 0, sample: "not started: the most were in flight" },
    { name: "lost", code: "lost", count: counts.lost ?? 0, sample: "a worker was lost with them" },
  ];
  return [...classes, ...more.filter((one) => one.count > 0)];
}

function errorTable(failures, ok) {
  const all = ok + failures.reduce((sum, one) => sum + one.count, 0);
  const sampled = failures.some(({ sample }) => sample !== ""); // a live run has no examples
  const rows = failures.map(({ name, code, count: n, sample }) => row(
    element("span", { title: code }, name), exact(n, number(n)), percent(n / all),
    ...(sampled ? [element("bdi", { class: "sample" }, sample)] : [])));
  const header = ["Error", "Jobs", "Share", ...(sampled ? ["Example"] : [])];
  return tableOf("Errors", header, rows, `numbers ${sampled ? "errors" : ""}`);
}

// statusesIn returns the responses by status, those of errors first.
function statusesIn(result) {
  const later = (name) => Number(/^[123]\d\d$/.test(name));
  return Object.entries(result?.statuses ?? {}).sort(([a], [b]) => later(a) - later(b) || a.localeCompare(b));
}

function statusTable(statuses) {
  const all = statuses.reduce((sum, [, n]) => sum + n, 0);
  const item = ([name, n]) => element("li", { class: /^[45]/.test(name) ? "bad" : "" },
    element("b", {}, name), ` ${number(n)} (${percent(n / all)})`);
  return element("ul", { class: "statuses", "aria-label": count(all, "response") }, ...statuses.map(item));
}
