// The notice of an error, and the form that asks for a token.

import { ConnectionError, keepToken, Problem } from "./core/api.js";
import { $, fill } from "./core/dom.js";
import { sentence } from "./core/format.js";

const titles = {
  400: "The request is not valid",
  401: "A token is needed",
  404: "Run not found",
  413: "The request is too large",
  429: "The queue is full",
  503: "The service accepts no runs at the moment",
};

// showError shows an error of request. If a token is needed, again is called when it
// is entered.
export function showError(error, again) {
  if (error instanceof ConnectionError || error instanceof SyntaxError) return showConnectionError(error);
  if (!(error instanceof Problem)) throw error; // a bug of the page
  if (error.status === 401) return askForToken(error.refused, again);
  const later = error.retryAfter ? ` Try again in ${error.retryAfter} s.` : "";
  showAlert(titles[error.status] ?? `The request failed (status ${error.status})`, sentence(error.message) + later);
}

function showConnectionError(error) {
  if (error instanceof SyntaxError) {
    showAlert("The response cannot be read", "It is not JSON, or only a part of it.");
    return;
  }
  showAlert("The service cannot be reached", `There was no response from ${location.origin}, or the connection broke before its end. Is the service still running?`);
}

export function showAlert(title, detail) {
  const alert = $("problem");
  fill(alert, "title", title);
  fill(alert, "detail", detail);
  alert.hidden = false;
  alert.scrollIntoView({ block: "nearest" });
}

// clear hides the notice.
export function clear() {
  $("problem").hidden = true;
  $("auth").hidden = true;
}

const waiting = new Set(); // functions to call when a token is entered

function askForToken(refused, again) {
  waiting.add(again);
  if (!$("auth").hidden) return;
  showAlert(titles[401], refused ? "The service does not accept the token that was sent." : "Ask the operator of the service for one.");
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
