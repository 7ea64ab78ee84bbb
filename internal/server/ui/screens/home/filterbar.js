// The controls of the filters.

import { element, freshId } from "../../core/dom.js";
import { isFiltered, labelOf } from "./filters.js";

const pause = 250; // ms after the last letter

const statuses = [["", "Any status"], ["completed", "Completed"], ["failed", "Failed"], ["cancelled", "Cancelled"],
  ["interrupted", "Interrupted"]];

const verdicts = [["", "Any verdict"], ["pass", "Pass"], ["fail", "Fail"], ["invalid", "Invalid"],
  ["no_data", "No data"], ["none", "No thresholds"]];

/**
 * Returns the controls: { node, offer, add }. change is called with the filters
 * after a change; offer suggests what lines have; add adds a label.
 * @param {import("./filters.js").Filters} filters
 * @param {(filters: import("./filters.js").Filters) => void} change
 */
export function filterBar(filters, change) {
  const search = element("input", {
    type: "search", class: "search", placeholder: "Search ids, names, labels",
    "aria-label": "Search ids, names and labels", autocomplete: "off", spellcheck: "false", maxlength: "200",
  });
  const status = element("select", { "aria-label": "Status" },
    ...statuses.map(([value, text]) => element("option", { value }, text)));
  const verdict = element("select", { "aria-label": "Verdict" },
    ...verdicts.map(([value, text]) => element("option", { value }, text)));
  const baseline = element("input", { type: "checkbox" });
  const name = suggesting("Name", "exactly");
  const workload = suggesting("Kind of job", "http");
  const label = suggesting("Label", "team=search");
  const chips = element("ul", { class: "chips", "aria-label": "Labels" });
  const clear = element("button", { type: "button", class: "small" }, "Clear all");
  const more = element("details", {}, element("summary", {}, "More filters"),
    element("div", { class: "more" }, name.node, workload.node, label.node,
      element("label", { class: "check" }, baseline, " Baselines only")));
  const node = element("form", { class: "filters", role: "search", "aria-label": "Runs" },
    element("div", { class: "main" }, search, status, verdict, clear), more, chips);

  const show = () => {
    search.value = filters.q;
    status.value = filters.status;
    verdict.value = filters.verdict;
    baseline.checked = filters.baseline;
    name.input.value = filters.name;
    workload.input.value = filters.workload;
    showChips();
  };
  const showChips = () => {
    clear.hidden = !isFiltered(filters);
    chips.hidden = filters.labels.length === 0;
    const without = (one) => filters.labels.filter((other) => other !== one);
    chips.replaceChildren(...filters.labels.map((one) => chip(one, () => use({ labels: without(one) }))));
  };
  const use = (some) => {
    Object.assign(filters, some);
    showChips();
    change(filters);
  };
  const add = (one) => {
    if (!filters.labels.includes(one)) use({ labels: [...filters.labels, one] });
  };
  const addTyped = () => {
    const typed = label.input.value.trim();
    const one = labelOf(typed);
    label.tell(typed && !one ? "A label is written key=value." : "");
    if (!one) return;
    label.input.value = "";
    add(one);
  };

  let timer;
  const typing = (input, member) => {
    const used = () => { if (input.value.trim() !== filters[member]) use({ [member]: input.value.trim() }); };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(used, pause);
    });
    input.addEventListener("change", used);
    return used;
  };
  const typed = [typing(search, "q"), typing(name.input, "name"), typing(workload.input, "workload")];
  status.addEventListener("change", () => use({ status: status.value }));
  verdict.addEventListener("change", () => use({ verdict: verdict.value }));
  baseline.addEventListener("change", () => use({ baseline: baseline.checked }));
  label.input.addEventListener("change", addTyped);
  clear.addEventListener("click", () => {
    use({ q: "", status: "", verdict: "", name: "", workload: "", labels: [], baseline: false });
    show();
    search.focus();
  });
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const used of typed) used();
    addTyped();
  });
  show();
  more.open = Boolean(filters.name || filters.workload || filters.baseline);
  let known = [];
  const suggest = () => {
    if (!more.open) return;
    name.offer(known.map((line) => line.name));
    workload.offer(known.map((line) => line.kind));
    label.offer(known.flatMap((line) => line.labels.map((pair) => pair.join("="))));
  };
  more.addEventListener("toggle", suggest);
  const offer = (lines) => {
    known = lines;
    suggest();
  };
  return { node, offer, add };
}

function chip(label, remove) {
  const text = label.replace(":", "=");
  const button = element("button", { type: "button", class: "label", title: "Remove this filter" },
    element("bdi", {}, text), element("span", { "aria-hidden": "true" }, " ×"),
    element("span", { class: "unseen" }, ", remove"));
  button.addEventListener("click", remove);
  return element("li", {}, button);
}

// suggesting returns a field that suggests values, with its message.
function suggesting(title, placeholder) {
  const [id, list, error] = [freshId(), freshId(), freshId()];
  const input = element("input", {
    id, list, type: "text", placeholder, autocomplete: "off", spellcheck: "false", "aria-describedby": error,
  });
  const options = element("datalist", { id: list });
  const message = element("p", { id: error, class: "error", hidden: "" });
  let offered = "";
  return {
    node: element("div", { class: "field" }, element("label", { for: id }, title), input, options, message),
    input,
    tell(text) {
      message.textContent = text;
      message.hidden = text === "";
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
    offer(values) {
      const some = [...new Set(values)].filter(Boolean).sort().slice(0, 50);
      if (some.join("\n") === offered) return;
      offered = some.join("\n");
      options.replaceChildren(...some.map((value) => element("option", { value })));
    },
  };
}
