// The tab Parts and phases: the parts of a mix, where the time of a job goes, and
// what jobs count.

import { element, exact, row } from "../../core/dom.js";
import { duration, number, percent } from "../../core/format.js";
import { remark } from "./drawn.js";
import { partsOf, partsTable } from "./partstable.js";
import { amount, tableOf, times } from "./table.js";

export const partsTab = {
  key: "parts", name: "Parts and phases",
  value: (view) => ({
    parts: partsOf(view), phases: Object.entries(view.result?.phases ?? {}),
    counters: Object.entries(view.result?.counters ?? {}), time: view.result ? [] : view.progress?.so_far?.time ?? [],
  }),
  draw({ parts, phases, counters, time }) {
    const content = [
      ...(parts.length > 0 ? [element("h2", {}, "Parts"), partsTable("Parts", parts)] : []),
      ...(time.length > 0 ? [element("h2", {}, "Where the time goes"), timeTable(time)] : []),
      ...(phases.length > 0 ? [element("h2", {}, "Phases"), phaseTable(phases)] : []),
      ...(counters.length > 0 ? [element("h2", {}, "Counters"), counterTable(counters)] : []),
    ];
    return content.length > 0 ? content : [remark("Its jobs have no parts, and report no phases.")];
  },
};

const timeTable = (time) => tableOf("Where the time goes", ["What", "Share", "Mean", "p99"],
  time.map(({ name, share, mean, p99 }) =>
    row(name, percent(share), exact(mean, duration(mean)), exact(p99, duration(p99)))));

const phaseTable = (phases) => tableOf("Phases", ["Phase", "Jobs", "Mean", "p50", "p99", "Max"],
  phases.map(([name, phase]) => row(name, amount(phase.count), ...times(phase, ["mean", "p50", "p99", "max"]))));

function counterTable(counters) {
  const perCPU = counters.some(([, { per_cpu_second: value }]) => value !== undefined);
  const rows = counters.map(([name, { total, per_second: second, per_job: job, per_cpu_second: cpu }]) =>
    row(name, exact(total, number(total)), amount(second), amount(job), ...(perCPU ? [amount(cpu)] : [])));
  return tableOf("Counters", ["Counter", "Total", "A second", "A job", ...(perCPU ? ["A second of CPU"] : [])], rows);
}
