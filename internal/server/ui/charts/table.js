// The numbers of a plot as a table, which is made when it is opened.

import { html } from "./svg.js";

// table returns the table of a plot: its node, a control that opens it, and
// update, which takes a title and { header, body }. The first column has the
// names of the rows; body is a function that returns the rows.
export function table() {
  const node = html("details", { class: "as-table" }, html("summary", {}, "As a table"));
  let show = () => {};
  node.addEventListener("toggle", () => show());
  return {
    node,
    update(title, rows) {
      node.hidden = !rows;
      show = () => {
        if (!node.open || !rows) return;
        const scrolled = node.querySelector(".wide")?.scrollTop ?? 0;
        node.querySelector(".wide")?.remove();
        node.append(filled(title, rows.header, rows.body()));
        node.querySelector(".wide").scrollTop = scrolled;
      };
      show();
    },
  };
}

function filled(title, header, rows) {
  const cells = ([name, ...values]) =>
    html("tr", {}, html("th", { scope: "row" }, name), ...values.map((value) => html("td", {}, value)));
  return html("div", { class: "wide", role: "region", "aria-label": title, tabindex: 0 },
    html("table", { class: "numbers" },
      html("thead", {}, html("tr", {}, ...header.map((name) => html("th", { scope: "col" }, name)))),
      html("tbody", {}, ...rows.map(cells))));
}
