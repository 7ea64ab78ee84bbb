// The cards of the screen System: facts in groups.

import { hasToken } from "../../core/api.js";
import { dateTime } from "../../core/dates.js";
import { element, exact, pair } from "../../core/dom.js";
import { bytes, number, sentence } from "../../core/format.js";
import { badgeOf } from "../../core/words.js";
import { fillings, kept, span } from "./words.js";

/** @typedef {import("./load.js").State} State */

/**
 * Returns the cards that have only facts.
 * @param {State} state
 */
export const cards = (state) => [service, queue, store, limits, machine, links].map((of) => of(state));

const hint = (...content) => element("p", { class: "hint" }, ...content);

const card = (title, ...content) => element("section", { class: "card" }, element("h2", {}, title), ...content);

// facts are terms with values; a value that is empty is left out.
const facts = (...rows) => element("dl", { class: "facts" },
  ...rows.filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([term, value, mood]) => pair(term, value, mood)));

const size = (value) => exact(value, bytes(value));
const amount = (value) => exact(value, number(value));

function service({ health, system, now }) {
  const age = Math.max((now - Date.parse(system.since)) / 1000, 0);
  const since = element("time", { datetime: system.since, title: dateTime(system.since) }, span(age));
  const { ready, detail } = health.store;
  return card("Service",
    element("p", { class: "state" }, ready ? badgeOf("ready", "good") : badgeOf("not ready", "bad"),
      ready ? " Runs are accepted." : ` ${sentence(detail ?? "runs are not accepted")}`),
    facts(["Version", health.version], ["Running for", since],
      ["Memory of requests", memory(system.memory)],
      ["Requests refused for it", system.memory.refused > 0 ? amount(system.memory.refused) : "", "bad"]));
}

const memory = ({ held, limit }) => (limit > 0 ? `${bytes(held)} of ${bytes(limit)}` : bytes(held));

function queue({ system: { queue: { running, waiting, limit } } }) {
  return card("Queue", facts(["Running", amount(running)],
    ["Waiting", element("span", {}, amount(waiting), ` of ${number(limit)} at most`), waiting >= limit ? "bad" : ""]),
    hint(...(waiting >= limit ? ["It is full: new runs are refused until one ends. "] : []),
      element("a", { href: "#/" }, "What runs and waits")));
}

function store({ health, system }) {
  const { store: { runs, bytes: taken, unstored }, retention } = system;
  const damaged = health.store.damaged_runs ?? 0;
  return card("Store",
    facts(["Kind", health.store.kind], ["Runs", amount(runs)], ["Size", size(taken)], ["Keeps", kept(retention)],
      ["Not stored yet", unstored > 0 ? amount(unstored) : "", "bad"],
      ["Damaged runs", damaged > 0 ? amount(damaged) : "", "bad"]),
    ...fillings(system).map(([what, share]) => meter(what, share)),
    ...(damaged > 0 ? [hint(element("code", {}, "aurea runs verify"), " says which runs are damaged.")] : []));
}

function meter(what, share) {
  const percent = `${Math.round(100 * share)}\u00a0%`;
  return element("label", { class: "meter" }, element("span", {}, `${percent} of the ${what} that are kept`),
    element("meter", { min: "0", max: "1", value: String(share) }, percent));
}

function limits({ system: { limits: { jobs, body, page, connections } } }) {
  return card("Limits", facts(["Jobs of a run", amount(jobs)], ["Request body", size(body)],
    ["Runs of a list", amount(page)], ["Connections", amount(connections)]));
}

// machine is a card of what is known of the machine.
function machine({ system: { machine: m } }) {
  const quota = m.cgroup.cpu_limit ? `, limited to ${number(m.cgroup.cpu_limit)}` : "";
  const most = m.cgroup.memory_limit ? `, limited to ${bytes(m.cgroup.memory_limit)}` : "";
  const known = facts(["Processor", m.cpu], ["Cores", m.cores ? `${number(m.cores)}${quota}` : ""],
    ["Memory", m.memory_bytes ? `${bytes(m.memory_bytes)}${most}` : ""],
    ["System", [m.os, m.kernel].filter(Boolean).join(" ")],
    ["Virtualization", m.virtualization], ["Frequency governor", m.governor], ["Go", m.go]);
  return card("Machine", known.hasChildNodes() ? known : hint("Nothing is known of it."));
}

function links({ health }) {
  const entry = (href, text, says) => element("li", {},
    element("a", { href }, text), element("span", { class: "hint" }, ` ${says}`));
  return card("Links", element("ul", { class: "links" },
    ...(health.grafana ? [entry(dashboards(health.grafana), "Grafana", "dashboards of this service")] : []),
    entry("/metrics", "Metrics", "for Prometheus"),
    entry("/docs", "API", "every endpoint and its fields"),
    entry("/openapi.json", "OpenAPI", "the description, for programs")),
  ...(hasToken() ? [hint("A link cannot send the token: /metrics needs a scraper that has one.")] : []));
}

const dashboards = (grafana) => `${grafana}/d/aurea-overview?${new URLSearchParams({ "var-url": location.origin })}`;
