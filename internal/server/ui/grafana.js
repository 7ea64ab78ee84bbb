// Where the pictures of runs are, if the service knows of a Grafana.

import { $ } from "./dom.js";

const margin = 60_000; // ms before and after a run

let grafana = ""; // its URL
let shown = null; // the result that is shown, and its run's id

// useGrafana has the page lead to it.
export function useGrafana(url = "") {
  grafana = url;
  lead("grafana", grafana && `${grafana}/d/aurea-overview?${new URLSearchParams({ "var-url": location.origin })}`);
  leadToRun();
}

// picture is for when another result is shown.
export function picture(id, result) {
  shown = { id, result };
  leadToRun();
}

function leadToRun() {
  lead("pictures", grafana && shown && `${grafana}/d/aurea-run?${new URLSearchParams({
    "var-url": location.origin,
    "var-run": shown.id,
    from: Date.parse(shown.result.start_time) - margin,
    to: Date.parse(shown.result.end_time) + margin,
  })}`);
}

function lead(id, to) {
  $(id).hidden = !to;
  if (to) $(id).href = to;
}
