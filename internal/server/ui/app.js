// The entry point of the page: the table of its screens, and which one the
// address shows.

import { $, element, say } from "./core/dom.js";
import { late } from "./core/late.js";
import { watchOutages } from "./core/outage.js";
import { arrive, scrollBack, watchPlaces } from "./core/places.js";
import { notice } from "./core/problem.js";
import { store } from "./core/store.js";
import { screen as home } from "./screens/home/index.js";
import { screen as run } from "./screens/run/index.js";
import { screen as system } from "./screens/system/index.js";

// screens maps patterns of addresses to screens. To add one, add its folder and
// its line here; a late one has its own script.
const screens = [
  ["#/", home],
  ["#/new", late("new")],
  ["#/runs/{id}", run],
  ["#/compare", late("compare")],
  ["#/names/{name}", late("trend")],
  ["#/system", system],
];

const patience = 500; // ms after which the page says that it loads

let leaving = new AbortController();
let slow; // the timer of patience

// match returns the parameters of a path that has the form of a pattern, or null.
function match(pattern, path) {
  const names = pattern.split("/");
  const parts = path.split("/");
  if (names.length !== parts.length) return null;
  const params = {};
  for (const [i, name] of names.entries()) {
    if (name.startsWith("{") && parts[i] !== "") params[name.slice(1, -1)] = decodeURIComponent(parts[i]);
    else if (name !== parts[i]) return null;
  }
  return params;
}

// show draws the screen of the address. What is shown stays until that has
// something to show, and can no longer be used.
function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const place = arrive();
  const { top } = place;
  const [path, query = ""] = (location.hash || "#/").split(/\?(.*)/s);
  const before = $("screen");
  const root = element("main", { id: "screen" });
  const ready = () => {
    if (signal.aborted) return;
    clearTimeout(slow);
    $("loading").hidden = true;
    if (root.isConnected) return;
    before.replaceWith(root);
    scrollBack(top, root, signal);
    say(document.title);
  };
  clearTimeout(slow);
  slow = setTimeout(() => { $("loading").hidden = false; }, patience);
  if (before.hasChildNodes()) before.inert = true;
  else before.replaceWith(root);
  document.title = "Aurea";
  markPlace(path);
  for (const [pattern, screen] of screens) {
    const params = match(pattern, path);
    if (params) {
      begin(screen, root, { params, query: new URLSearchParams(query), store, place, ready, signal });
      return;
    }
  }
  root.append(element("div", { class: "card" }, element("h1", {}, "There is no such page"),
    element("p", {}, `Nothing is at ${path}. `, element("a", { href: "#/" }, "All runs"))));
  ready();
}

// begin draws a screen, or the error that ends it. A screen calls ready when it has
// something to show.
async function begin(screen, root, context) {
  try {
    await screen(root, context);
  } catch (error) {
    if (context.signal.aborted) return;
    context.ready();
    root.replaceChildren(notice(error, show));
  }
}

// markPlace marks the link of the navigation that leads here.
function markPlace(path) {
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".top nav a"));
  for (const link of links) {
    if (link.hash === path) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

window.addEventListener("hashchange", show);
watchOutages();
watchPlaces();
show();
