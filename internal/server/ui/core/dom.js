// Building blocks of the page. Text is always set as text, never as HTML.

import { duration, plain } from "./format.js";

/** @type {(id: string) => any} */
export const $ = (id) => document.getElementById(id);

/**
 * Returns a new element.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, unknown>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
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

// unseen returns text for screen readers only.
export const unseen = (text) => element("span", { class: "unseen" }, text);

let ids = 0;

// freshId returns an id that is not used in the page.
export const freshId = () => `made-${++ids}`;

// exact shows a rounded value; the exact one is the title and the machine value.
export const exact = (value, written) => element("data", { value, title: value }, written);

// sampled shows a time of a summary, or a dash when the summary is empty.
export const sampled = (summary, seconds) => (summary.count ? exact(seconds, duration(seconds)) : "–");

export function row(header, ...cells) {
  return element("tr", {}, element("th", { scope: "row" }, header), ...cells.map((cell) => element("td", {}, cell)));
}

// below returns a smaller line below a cell's content, or nothing for no content.
export const below = (content) => (content ? [element("span", { class: "below" }, content)] : []);

export const pair = (term, value, mood = "") => element("div", { class: mood }, element("dt", {}, term), element("dd", {}, value));

// part returns the element within root that shows the field of that name.
const part = (root, name) => root.querySelector(`[data-field="${name}"]`);

export function fill(root, name, ...content) {
  part(root, name).replaceChildren(...content.map(shown));
}

export function badge(root, name, text, mood = "") {
  fill(root, name, text);
  part(root, name).className = `badge ${mood}`;
}

// reveal scrolls to an element that is out of sight.
export function reveal(target) {
  const { top, bottom } = target.getBoundingClientRect();
  if (top < 0 || bottom > window.innerHeight) target.scrollIntoView();
}

// keepPlace changes the content of a node. A region that comes again stays
// scrolled as it was, and what has the focus and comes again keeps it.
export function keepPlace(node, change) {
  const nameOf = (one) => `${one.tagName} ${one.getAttribute("aria-label") ?? one.textContent}`;
  const regions = () => /** @type {HTMLElement[]} */ ([...node.querySelectorAll("[role=region]")]);
  const scrolled = new Map(regions().map((one) => [nameOf(one), one.scrollLeft]));
  const focused = node.contains(document.activeElement) && nameOf(document.activeElement);
  change();
  for (const one of regions()) {
    const left = scrolled.get(nameOf(one)) ?? 0;
    if (left > 0) one.scrollLeft = left;
  }
  if (!focused) return;
  const again = [...node.querySelectorAll("a, button, [tabindex]")].find((one) => nameOf(one) === focused);
  again?.focus({ preventScroll: true });
}

// swap shows one control in place of another and moves the focus.
export function swap(from, to) {
  const focused = document.activeElement === from;
  to.hidden = false;
  if (focused) to.focus();
  from.hidden = true;
}

// frameDrawn waits until the next frame has been drawn. A page out of sight draws
// none.
export const frameDrawn = () => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(resolve));
});

// say shows a status message, also to screen readers.
export function say(text) {
  $("status").textContent = plain(text);
}
