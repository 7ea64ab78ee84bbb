// The dialog that asks for a token. The token stays in this tab.

import { keepToken } from "./api.js";
import { $ } from "./dom.js";

const waiting = new Set(); // functions to call when a token is entered

// askForToken opens the dialog. again is called when a token is entered; refused
// says that the one that was sent is wrong.
export function askForToken(refused, again) {
  waiting.add(again);
  const dialog = $("token-dialog");
  $("token-why").textContent = refused
    ? "The service does not accept the token that was sent."
    : "This service asks for a token. Its operator can give you one.";
  if (!dialog.open) dialog.showModal();
}

$("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  keepToken($("token").value.trim());
  $("token").value = "";
  $("token-dialog").close();
  const actions = [...waiting];
  waiting.clear();
  for (const again of actions) again();
});
