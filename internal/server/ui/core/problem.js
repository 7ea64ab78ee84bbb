// Errors of requests, in words.

import { ConnectionError, Problem } from "./api.js";
import { element } from "./dom.js";
import { sentence } from "./format.js";
import { whenBack } from "./outage.js";
import { askForToken } from "./token.js";

const titles = {
  400: "The request is not valid",
  401: "A token is needed",
  403: "This is not allowed",
  404: "It is not there",
  413: "The request is too large",
  429: "The queue is full",
  503: "The service accepts no runs at the moment",
};

// explain returns the title and the detail of an error of a request. It throws
// any other error, which is a bug of the page.
export function explain(error) {
  if (error instanceof SyntaxError) {
    return { title: "The response cannot be read", detail: "It is not JSON, or only a part of it." };
  }
  if (error instanceof ConnectionError) {
    const detail = `There was no response from ${location.origin}, or the connection broke before its end. ` +
      "Is the service still running?";
    return { title: "The service cannot be reached", detail };
  }
  if (!(error instanceof Problem)) throw error;
  const later = error.retryAfter ? ` Try again in ${error.retryAfter} s.` : "";
  return { title: titles[error.status] ?? `The request failed (status ${error.status})`, detail: sentence(error.message) + later };
}

// notice returns the error as a card that is read out, with a button if there is
// something to do again. That is done without it when a token has been entered,
// or when the service responds again.
export function notice(error, again) {
  const { title, detail } = explain(error);
  if (error.status === 401 && again) askForToken(error.refused, again);
  const button = again ? [element("button", { type: "button", class: "small" }, "Try again")] : [];
  button[0]?.addEventListener("click", again);
  const card = element("div", { class: "card notice bad", role: "alert" },
    element("h2", {}, title), element("p", {}, detail), ...button);
  if (error instanceof ConnectionError && again) whenBack(card, again);
  return card;
}
