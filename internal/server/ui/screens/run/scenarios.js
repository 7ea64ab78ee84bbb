// The scenarios of a run, in the order of its spec.

import { below, element, exact, row } from "../../core/dom.js";
import { duration } from "../../core/format.js";
import { badgeOf, moods, verdictWord } from "../../core/words.js";
import { failuresOf } from "./counts.js";
import { drawn } from "./drawn.js";
import { amount, tableOf, times } from "./table.js";
import { thresholdsInWords } from "./threshold.js";
import { currencyOf, isLive } from "./view.js";

/**
 * @typedef {object} Scenario of a run
 * @property {string} name
 * @property {string} state waiting, running or ended; at the end its status
 * @property {object} counts
 * @property {number | null} throughput of a live run in the last interval, as the times are
 * @property {{ count: number, p50?: number, p99?: number }} latency
 * @property {import("../../types").ThresholdCheck[]} checks of its thresholds
 * @property {{ start: number, took: number, verdict: string, validity: string }} [end] once there is a result
 */

/**
 * Returns the scenarios of a run: those of its spec before anything is known of
 * them.
 * @param {import("./view.js").View} view
 * @returns {Scenario[]}
 */
export function scenariosOf({ run, result, progress }) {
  const live = isLive({ run });
  const { scenarios: asked = [] } = /** @type {any} */ (run.spec);
  const done = result?.scenarios?.map((scenario) => {
    const { name, status: state, counts, throughput, latency, thresholds: checks } = scenario;
    const { start, duration: took, verdict, validity } = scenario;
    return { name, state, counts, throughput, latency, checks, end: { start, took, verdict, validity: validity.state } };
  });
  return done ?? (progress?.so_far?.scenarios ?? (live ? asked : []).map(waiting)).map((scenario) => {
    const { name, state, ok, failed, throughput, p50, p99, thresholds: checks = [] } = scenario;
    const running = state === "running" && live;
    return {
      name, state: state === "running" && !live ? run.status : state, counts: { ok, failed },
      throughput: running ? throughput : null,
      latency: running && throughput > 0 ? { count: ok, p50, p99 } : { count: 0 }, checks,
    };
  });
}

const waiting = ({ name }) => ({ name, state: "waiting", ok: 0, failed: 0 });

/** Returns the scenarios: { node, show }. */
export function scenarios() {
  const node = element("section", { class: "card scenarios" });
  const show = drawn(node, ({ list, live, currency }) => (list.length === 0 ? [] : [
    element("h2", {}, "Scenarios"), table(list, currency),
    ...(live ? [element("p", { class: "hint" }, "Rates and times are those of the last interval.")] : []),
  ]));
  return {
    node,
    show: (view) => show({ list: scenariosOf(view), live: isLive(view), currency: currencyOf(view) }),
  };
}

function table(list, currency) {
  const columns = [
    { name: "State", cell: stateOf },
    { name: "From", cell: ({ end }) => time(end, end.start), some: ({ end }) => end },
    { name: "Took", cell: ({ end }) => time(end, end.took), some: ({ end }) => end },
    { name: "Ok", cell: ({ counts }) => amount(counts.ok) },
    { name: "Failed", cell: failed },
    { name: "Ok a second", cell: ({ throughput, counts }) => (counts.ok > 0 ? amount(throughput) : "–") },
    { name: "p50", cell: ({ latency }) => times(latency, ["p50"])[0] },
    { name: "p99", cell: ({ latency }) => times(latency, ["p99"])[0] },
    { name: "Thresholds", cell: ({ checks }) => thresholdsInWords(checks, currency) || "–",
      some: ({ checks }) => checks.length > 0 },
  ].filter(({ some }) => !some || list.some(some));
  return tableOf("Scenarios", ["Scenario", ...columns.map(({ name }) => name)],
    list.map((scenario) => row(element("bdi", {}, scenario.name), ...columns.map(({ cell }) => cell(scenario)))));
}

// time returns a time of a scenario; a dash for one that did not begin.
const time = ({ took }, seconds) => (took > 0 ? exact(seconds, duration(seconds)) : "–");

// stateOf returns what a scenario does, or what came of it.
function stateOf({ state, end }) {
  if (!end) return badgeOf(state);
  if (state !== "completed") return badgeOf(state, moods[state]);
  const { verdict, validity } = end;
  const word = verdict === "none" ? badgeOf("done") : badgeOf(verdictWord(verdict), moods[verdict]);
  return element("span", {}, word, ...(validity === "valid" ? [] : below(badgeOf(validity, moods[validity]))));
}

function failed({ counts }) {
  const { bad } = failuresOf(counts);
  return element("span", { class: bad > 0 ? "bad" : "" }, amount(bad));
}
