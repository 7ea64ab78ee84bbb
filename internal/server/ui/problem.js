// What went wrong, told in a notice; and the token, asked for where one is
// needed.

import { Broken, keepToken, Problem } from "./api.js";
import { $, fill } from "./dom.js";
import { sentence } from "./format.js";

const titles = {
  400: "The service does not take this",
  401: "The service asks for a token",
  404: "There is no such run",
  413: "This is too long",
  429: "The service has enough to do",
  503: "The service takes no runs at the moment",
};

// tell shows any error of ask. again is what to do once there is a token.
export function tell(error, again) {
  if (error instanceof Broken || error instanceof SyntaxError) return tellBroken(error);
  if (!(error instanceof Problem)) throw error; // a fault of the page itself
  if (error.status === 401) return askForToken(error.refused, again);
  const later = error.retryAfter ? ` Try again in ${error.retryAfter} s.` : "";
  showAlert(titles[error.status] ?? `The service did not do it (status ${error.status})`, sentence(error.message) + later);
}

function tellBroken(error) {
  if (error instanceof SyntaxError) {
    showAlert("The answer could not be read", "What came back is not JSON, or only a part of it.");
    return;
  }
  showAlert("The service cannot be reached", `There was no answer from ${location.origin}, or the connection broke before its end. Is the service still running?`);
}

export function showAlert(title, detail) {
  const alert = $("problem");
  fill(alert, "title", title);
  fill(alert, "detail", detail);
  alert.hidden = false;
  alert.scrollIntoView({ block: "nearest" });
}

// clear takes away what was told.
export function clear() {
  $("problem").hidden = true;
  $("auth").hidden = true;
}

const waiting = new Set(); // what is to be done once there is a token

function askForToken(refused, again) {
  waiting.add(again);
  if (!$("auth").hidden) return;
  showAlert(titles[401], refused ? "The token that was sent is not one of its tokens." : "Whoever started the service has it.");
  $("token").value = "";
  $("auth").hidden = false;
  $("token").focus();
}

$("auth").addEventListener("submit", (event) => {
  event.preventDefault();
  keepToken($("token").value.trim());
  $("token").value = "";
  clear();
  $("run").focus();
  const actions = [...waiting];
  waiting.clear();
  for (const again of actions) again();
});
