// The numbers of a plot as a table, which is made when it is first opened.

import { html } from "./svg.js";

// table returns a control that opens the table of { header, body }: its first
// column has the names of the rows. body is a function that returns the rows.
export function table(title, { header, body }) {
  const details = html("details", { class: "as-table" }, html("summary", {}, "As a table"));
  details.addEventListener("toggle", () => details.append(filled(title, header, body())), { once: true });
  return details;
}

function filled(title, header, rows) {
  const cells = ([name, ...values]) =>
    html("tr", {}, html("th", { scope: "row" }, name), ...values.map((value) => html("td", {}, value)));
  return html("div", { class: "wide", role: "region", "aria-label": title, tabindex: 0 },
    html("table", { class: "numbers" },
      html("thead", {}, html("tr", {}, ...header.map((name) => html("th", { scope: "col" }, name)))),
      html("tbody", {}, ...rows.map(cells))));
}
