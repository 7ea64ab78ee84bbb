// What happens while the service does not respond: the page says so, asks again
// every second, and goes on when there is a response.

import { request } from "./api.js";
import { $ } from "./dom.js";
import { store } from "./store.js";

const pause = 1000; // ms between two requests

const waiting = new Map(); // functions to call afterwards, by the card that says why

let asking = false;

// whenBack calls again when the service responds again, unless card has left the
// page by then.
export const whenBack = (card, again) => waiting.set(card, again);

// watchOutages shows the banner while the service does not respond.
export function watchOutages() {
  store.watch(new AbortController().signal, ({ online }) => {
    $("outage").hidden = online;
    if (!online && !asking) ask();
    if (online) goOn();
  });
}

// ask requests /livez until there is a response. That has no cost and needs no
// token.
async function ask() {
  asking = true;
  while (!store.state.online) {
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    await request("GET", "/livez").catch(() => {}); // request keeps state.online
  }
  asking = false;
}

function goOn() {
  const cards = [...waiting];
  waiting.clear();
  for (const [card, again] of cards) {
    if (card.isConnected) again();
  }
}
