// Running what the form says, and stopping it.

import { ask } from "./api.js";
import { $, say, swap } from "./dom.js";
import { clearErrors } from "./fielderror.js";
import { form, loadKinds, showFieldErrors, specText } from "./form.js";
import { showNew } from "./history.js";
import { clear, tell } from "./problem.js";

let running = null; // the AbortController of the run under way

export async function run() {
  if (running) return;
  clear();
  clearErrors(form);
  running = new AbortController();
  const endClock = startClock();
  say("Running…");
  try {
    await loadKinds().catch(unlessToken);
    const response = await ask("POST", "/benchmark/run", { body: specText(), signal: running.signal });
    const text = await response.text();
    showNew(JSON.parse(text), text);
  } catch (error) {
    failed(error);
  } finally {
    running = null;
    endClock();
  }
}

// unlessToken makes do without the kinds of job, unless all that they need is a
// token: a run would need it too.
function unlessToken(error) {
  if (error.status === 401) throw error;
}

export function stop() {
  running?.abort();
}

// failed tells of a run without an answer.
function failed(error) {
  if (error.name === "AbortError") {
    say(`Stopped after ${$("elapsed").textContent}. The service drops a run that nobody waits for, so there is no result.`);
    return;
  }
  say("");
  tell(error, run);
  showFieldErrors(error.errors ?? []);
}

// startClock shows the time that a run takes; the function it returns ends that.
// The focus stays on the one button there is.
function startClock() {
  const started = performance.now();
  const tick = () => { $("elapsed").textContent = `${((performance.now() - started) / 1000).toFixed(1)}\u00a0s`; };
  tick();
  const clock = setInterval(tick, 100);
  swap($("run"), $("stop"));
  $("busy").hidden = false;
  return () => {
    clearInterval(clock);
    $("busy").hidden = true;
    $("elapsed").textContent = "";
    swap($("stop"), $("run"));
  };
}
