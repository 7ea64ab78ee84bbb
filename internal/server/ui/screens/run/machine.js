// The tab Machine: whether the numbers can be trusted, how the load generator
// was, and on what it ran.

import { element, exact, pair } from "../../core/dom.js";
import { bytes, capital, count, duration, percent, sentence } from "../../core/format.js";
import { badgeOf, moods } from "../../core/words.js";
import { awaited } from "./drawn.js";
import { isLive } from "./view.js";

export const machineTab = {
  key: "machine", name: "Machine",
  value: ({ run, result: r }) => ({
    live: isLive({ run }), machine: r && { validity: r.validity, health: r.health, environment: r.environment },
  }),
  draw({ live, machine }) {
    if (!machine) return [awaited(live, "The machine is described")];
    const { state, reasons } = machine.validity;
    const list = reasons.map(({ message }) => element("li", {}, capital(sentence(message))));
    return [
      element("p", { class: "validity" }, badgeOf(state, moods[state]), ` ${verdicts[state]}`),
      ...(list.length > 0 ? [element("ul", { class: "reasons" }, ...list)] : []),
      element("div", { class: "columns" }, facts("The load generator", healthOf(machine.health)),
        facts("The machine", environmentOf(machine.environment))),
    ];
  },
};

const verdicts = {
  valid: "Nothing speaks against these numbers.",
  degraded: "The numbers can be used with some doubt:",
  invalid: "The numbers do not say what they should:",
};

const facts = (title, list) => element("div", {}, element("h2", {}, title),
  element("dl", { class: "facts" }, ...list.map(([term, value]) => pair(term, value))));

const time = (seconds) => exact(seconds, duration(seconds));
const share = (value) => exact(value, percent(value));

const healthOf = (h) => [
  ["CPU used", share(h.cpu)], ["CPU taken by the hypervisor", share(h.steal)],
  ["Stopped by a CPU quota", time(h.throttled)],
  ["Longest pause of the garbage collector", time(h.gc_pause_max)],
  ["Wait to be scheduled, p99", time(h.scheduler_latency_p99)],
  ...(h.lateness_p99 ? [["Lateness of its starts, p99", time(h.lateness_p99)]] : []), // older results have none
];

function environmentOf(e) {
  const { cpu_limit: cores, memory_limit: memory } = e.cgroup;
  return [
    ["CPU", [e.cpu, count(e.cores, "core")].filter(Boolean).join(", ")],
    ["Memory", e.memory_bytes && bytes(e.memory_bytes)],
    ["Limits", [cores && `${count(cores, "core")}`, memory && bytes(memory)].filter(Boolean).join(", ") || "none"],
    ["System", [e.os, e.kernel].filter(Boolean).join(" ")], ["Virtualization", e.virtualization || "none known"],
    ["CPU governor", e.governor], ["Go", [e.go, e.flags].filter(Boolean).join(" ")], ["Aurea", e.version],
    ["Digest", e.digest],
  ].filter(([, value]) => value);
}
