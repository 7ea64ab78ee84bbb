// Submits the spec of the form.

import { requestJSON } from "./core/api.js";
import { say } from "./core/dom.js";
import { clearErrors } from "./fielderror.js";
import { form, loadKinds, showFieldErrors, specText } from "./form.js";
import { clear, showError } from "./problem.js";
import { refreshRuns } from "./runs.js";
import { addressOf } from "./runview.js";

let submitting = false;

export async function run() {
  if (submitting) return;
  submitting = true;
  clear();
  clearErrors(form);
  say("Running…");
  try {
    await loadKinds().catch(ignoreUnless401);
    const { id } = await requestJSON("POST", "/v1/runs", { body: specText() });
    location.hash = addressOf(id);
    refreshRuns();
  } catch (error) {
    say("");
    showError(error, run);
    showFieldErrors(error.errors ?? []);
  } finally {
    submitting = false;
  }
}

// ignoreUnless401 ignores that the kinds of job cannot be loaded, unless a token is
// missing: the run needs it too.
function ignoreUnless401(error) {
  if (error.status === 401) throw error;
}
