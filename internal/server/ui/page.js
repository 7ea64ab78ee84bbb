// The entry point of the page: it connects the form, the shown run and the lists of
// runs and workers.

import { $, say } from "./core/dom.js";
import { examples, start } from "./examples.js";
import { clearError } from "./fielderror.js";
import { form, loadKinds, offerWorkers, useSpec } from "./form.js";
import { useGrafana } from "./grafana.js";
import { showError } from "./problem.js";
import { run } from "./run.js";
import { listRuns, moreRuns } from "./runs.js";
import { route, stop } from "./runview.js";
import { listWorkers } from "./workers.js";

async function showService() {
  try {
    const health = await (await fetch("/health")).json();
    $("version").textContent = health.version;
    useGrafana(health.grafana);
  } catch { /* the page works without it */ }
}

// load loads what the page shows at first. It runs again when a token is entered.
async function load() {
  try {
    await loadKinds();
    await listRuns();
    route();
    offerWorkers(await listWorkers());
  } catch (error) {
    showError(error, load);
  }
}

function offerCopy() {
  if (!navigator.clipboard) return; // it exists only in a secure context
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
form.addEventListener("input", (event) => clearError(event.target));
$("stop").addEventListener("click", stop);
for (const button of document.querySelectorAll("[data-example]")) {
  button.addEventListener("click", () => {
    useSpec(examples[button.dataset.example]);
    $("run").focus();
  });
}
$("more-runs").addEventListener("click", () => moreRuns().catch((error) => showError(error, moreRuns)));
window.addEventListener("hashchange", route);
useSpec(start);
load();
offerCopy();
showService();
