// The page of Aurea: it turns the form into a spec, has the service run it, and
// shows the result. This file puts the others together.

import { $, say } from "./dom.js";
import { examples, start } from "./examples.js";
import { touched } from "./fielderror.js";
import { form, loadKinds, useSpec } from "./form.js";
import { useGrafana } from "./grafana.js";
import { tell } from "./problem.js";
import { run } from "./run.js";
import { listRuns, moreRuns } from "./runs.js";
import { route, stop } from "./shown.js";

async function showService() {
  try {
    const health = await (await fetch("/health")).json();
    $("version").textContent = health.version;
    useGrafana(health.grafana);
  } catch { /* the page works without it */ }
}

// begin gets what the page shows at first. Where that needs a token, it is asked
// for.
async function begin() {
  try {
    await loadKinds();
    await listRuns();
    route();
  } catch (error) {
    tell(error, begin);
  }
}

function offerCopy() {
  if (!navigator.clipboard) return; // only where the connection is trusted
  const button = $("copy");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText($("raw").textContent);
    say("Copied.");
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
form.addEventListener("input", (event) => touched(event.target));
$("stop").addEventListener("click", stop);
for (const button of document.querySelectorAll("[data-example]")) {
  button.addEventListener("click", () => {
    useSpec(examples[button.dataset.example]);
    $("run").focus();
  });
}
$("more-runs").addEventListener("click", () => moreRuns().catch((error) => tell(error, moreRuns)));
window.addEventListener("hashchange", route);
useSpec(start);
begin();
offerCopy();
showService();
