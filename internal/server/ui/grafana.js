// Links to the dashboards, if the service has the URL of a Grafana.

import { $ } from "./core/dom.js";

const margin = 60_000; // ms before and after a run

let grafana = ""; // its URL
let shown = null; // the shown result and its run's id

// useGrafana sets the URL of Grafana; "" hides the links.
export function useGrafana(url = "") {
  grafana = url;
  setLink("grafana", grafana && `${grafana}/d/aurea-overview?${new URLSearchParams({ "var-url": location.origin })}`);
  linkToRun();
}

// showGrafanaLinks links to the dashboard of the shown run.
export function showGrafanaLinks(id, result) {
  shown = { id, result };
  linkToRun();
}

function linkToRun() {
  setLink("pictures", grafana && shown && `${grafana}/d/aurea-run?${new URLSearchParams({
    "var-url": location.origin,
    "var-run": shown.id,
    from: Date.parse(shown.result.start_time) - margin,
    to: Date.parse(shown.result.end_time) + margin,
  })}`);
}

function setLink(id, to) {
  $(id).hidden = !to;
  if (to) $(id).href = to;
}
