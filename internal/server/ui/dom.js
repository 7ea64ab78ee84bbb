// Building blocks of the page. Text is only ever set as text.

import { duration, plain } from "./format.js";

export const $ = (id) => document.getElementById(id);

export function element(name, attributes, ...children) {
  return made(document.createElement(name), attributes, children);
}

export function svg(name, attributes, ...children) {
  return made(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function made(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.map(shown));
  return node;
}

const shown = (content) => (typeof content === "string" ? plain(content) : content);

let ids = 0;

// freshId is an id that nothing in the page has.
export const freshId = () => `made-${++ids}`;

// exact shows a value as written, and keeps it whole for programs and pointers.
export const exact = (value, written) => element("data", { value, title: value }, written);

// sampled shows a time of a summary; there is none where nothing was measured.
export const sampled = (summary, seconds) => (summary.count ? exact(seconds, duration(seconds)) : "–");

export function row(header, ...cells) {
  return element("tr", {}, element("th", { scope: "row" }, header), ...cells.map((cell) => element("td", {}, cell)));
}

export const pair = (term, value, mood = "") => element("div", { class: mood }, element("dt", {}, term), element("dd", {}, value));

// part is the element within root that shows what has that name.
const part = (root, name) => root.querySelector(`[data-field="${name}"]`);

export function fill(root, name, ...content) {
  part(root, name).replaceChildren(...content.map(shown));
}

export function badge(root, name, text, mood = "") {
  fill(root, name, text);
  part(root, name).className = `badge ${mood}`;
}

// reveal scrolls to what is out of sight, and leaves alone what is not.
export function reveal(target) {
  const { top, bottom } = target.getBoundingClientRect();
  if (top < 0 || bottom > window.innerHeight) target.scrollIntoView();
}

// swap shows one control in place of another, and hands on the focus.
export function swap(from, to) {
  const focused = document.activeElement === from;
  to.hidden = false;
  if (focused) to.focus();
  from.hidden = true;
}

// say tells what happened, also to those who only listen.
export function say(text) {
  $("status").textContent = plain(text);
}
