// Where one goes from a run: again, to a comparison, to the trend of its name.

import { element } from "../../core/dom.js";
import { addressOf } from "../compare/sides.js";
import { drawn } from "./drawn.js";
import { isLive } from "./view.js";

/**
 * Returns the links: { node, show }. show takes a view, and what the service says
 * of itself.
 */
export function links() {
  const node = element("nav", { class: "links", "aria-label": "From this run" });
  const show = drawn(node, linksOf);
  return {
    node,
    show: (view, service) => show({
      id: view.id, name: view.run.name, ended: view.result !== null, live: isLive(view),
      before: "", baseline: false, ...view.others, dashboard: dashboardOf(view, service),
    }),
  };
}

const margin = 60_000; // ms before and after a run

// dashboardOf returns the address of the dashboard of a run; "" without Grafana.
function dashboardOf({ id, result }, service) {
  if (!service?.grafana || !result) return "";
  return `${service.grafana}/d/aurea-run?${new URLSearchParams({
    "var-url": location.origin, "var-run": id, from: String(Date.parse(result.start_time) - margin),
    to: String(Date.parse(result.end_time) + margin),
  })}`;
}

function linksOf({ id, name, ended, live, before, baseline, dashboard }) {
  const link = (text, href) => element("a", { href }, text);
  const compared = (text, base) => link(text, addressOf({ base, head: id, threshold: "" }));
  return [
    ...(live ? [] : [link("Run again", `#/new?from=${encodeURIComponent(id)}`)]),
    ...(ended && baseline ? [compared("Compare with the baseline", "baseline")] : []),
    ...(ended && before ? [compared("Compare with the run before", before)] : []),
    ...(ended && !baseline && !before ? [compared("Compare", "")] : []),
    ...(name ? [link("Trend of this name", `#/names/${encodeURIComponent(name)}`)] : []),
    ...(dashboard ? [link("Dashboard", dashboard)] : []),
  ];
}
