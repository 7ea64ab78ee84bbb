// A long table is folded: at first it has few rows, and a button shows all of them.

import { count } from "./core/format.js";

const few = 10; // rows that are shown at first

// fold sets up the button of a table of things, such as workers; render draws the
// table with the rows that rows returns.
export function fold(button, thing, render) {
  let whole = false;
  button.addEventListener("click", () => {
    whole = !whole;
    render();
  });
  return {
    isWhole: () => whole,
    close() { whole = false; },
    rows(all) {
      button.hidden = all.length <= few;
      button.textContent = whole ? `Show ${few}` : `Show all ${count(all.length, thing)}`;
      button.setAttribute("aria-expanded", whole);
      return whole ? all : all.slice(0, few);
    },
  };
}
