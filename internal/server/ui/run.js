// Having the service run what the form says.

import { askFor } from "./api.js";
import { say } from "./dom.js";
import { clearErrors } from "./fielderror.js";
import { form, loadKinds, showFieldErrors, specText } from "./form.js";
import { clear, tell } from "./problem.js";
import { refreshRuns } from "./runs.js";
import { addressOf } from "./shown.js";

let submitting = false;

export async function run() {
  if (submitting) return;
  submitting = true;
  clear();
  clearErrors(form);
  say("Running…");
  try {
    await loadKinds().catch(unlessToken);
    const { id } = await askFor("POST", "/v1/runs", { body: specText() });
    location.hash = addressOf(id);
    refreshRuns();
  } catch (error) {
    say("");
    tell(error, run);
    showFieldErrors(error.errors ?? []);
  } finally {
    submitting = false;
  }
}

// unlessToken makes do without the kinds of job, unless all that they need is a
// token: a run would need it too.
function unlessToken(error) {
  if (error.status === 401) throw error;
}
