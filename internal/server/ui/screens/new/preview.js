// The preview: what a run of the spec would do, from the service's dry run.

import { fromColumns } from "../../charts/columns.js";
import { counts, fromZero } from "../../charts/domain.js";
import { line } from "../../charts/layers.js";
import { labels, span } from "../../charts/marks.js";
import { plot } from "../../charts/plot.js";
import { time } from "../../charts/scale.js";
import { clock } from "../../charts/ticks.js";
import { requestJSON } from "../../core/api.js";
import { element } from "../../core/dom.js";
import { duration, number } from "../../core/format.js";
import { explain } from "../../core/problem.js";
import { askForToken } from "../../core/token.js";
import { nameOf } from "./errors.js";
import { planOf } from "./plan.js";

const pause = 300; // ms after the last change

/**
 * Returns the card of the preview and update, which is called when the form may
 * have changed. Messages of the service are shown at the fields that were left.
 * @param {object} form as specForm returns it
 * @param {AbortSignal} signal
 */
export function previewCard(form, signal) {
  const content = element("div", {});
  const node = element("section", { class: "card preview", "aria-labelledby": "preview-title" },
    element("h2", { id: "preview-title" }, "What it will do"), content);
  const chart = element("div", {});
  let figure = null;
  let shown = ""; // the state of the form that the preview is of
  let wrong = []; // its errors
  let timer = 0;
  let current = new AbortController();
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    current.abort();
  });

  function update() {
    if (form.state() === shown) {
      if (wrong.length > 0) form.hint(wrong);
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(load, pause);
  }

  async function load() {
    let state = form.state();
    current.abort();
    current = new AbortController();
    const { signal: own } = current;
    node.setAttribute("aria-busy", "true");
    try {
      await form.read(own);
      state = form.state();
      form.check();
      const forecast = await requestJSON("POST", "/v1/plan", { body: form.json(), signal: own });
      shown = state;
      if (wrong.length > 0) form.hint([]);
      wrong = [];
      draw(forecast);
    } catch (error) {
      if (own.aborted) return;
      shown = error.errors ? state : "";
      wrong = error.errors ?? [];
      refuse(error);
    }
    node.removeAttribute("aria-busy");
  }

  function draw(forecast) {
    const { sentence, figures, curve } = planOf(forecast);
    if (curve) {
      const options = curveOptions(curve);
      if (figure) figure.update(options);
      else chart.append(figure = plot(options));
    }
    content.replaceChildren(element("p", { class: "says" }, sentence), element("dl", { class: "figures" },
      ...figures.map(([term, value]) => element("div", {}, element("dt", {}, term), element("dd", {}, value)))),
    ...(curve ? [chart] : []));
  }

  // refuse says what is missing or wrong, in few words.
  function refuse(error) {
    if (error.status === 401) askForToken(error.refused, load);
    const { fields, rest } = form.hint(wrong);
    if (fields.length + rest.length === 0) {
      const { title, detail } = explain(error);
      content.replaceChildren(element("p", { class: "says" }, title), element("p", { class: "hint" }, detail));
      return;
    }
    const items = [
      ...fields.map(([control, messages]) => [element("b", {}, nameOf(control)), `: ${messages.join(" ")}`]),
      ...rest.map((text) => [text]),
    ];
    content.replaceChildren(element("p", { class: "says" }, "It cannot start like this:"),
      element("ul", { class: "missing" }, ...items.map((item) => element("li", {}, ...item))));
  }
  return { node, update };
}

// curveOptions returns what the plot of the load shows.
function curveOptions({ points, open, end, warmup, most }) {
  const write = open ? (value) => `${number(value)}/s` : number;
  const times = points.map(([t]) => t);
  const levels = points.map(([, level]) => level);
  const title = open ? "Jobs started a second" : "Jobs in flight";
  const y = open ? fromZero(levels, write) : counts(levels, write);
  return {
    title, label: `${title} over ${duration(end)}, at most ${write(most)}`, height: 180,
    x: { scale: time, domain: [0, end], write: clock }, y,
    layers: [...(warmup > 0 ? [span(0, Math.min(warmup, end), "warm-up")] : []), line(points, "a"),
      ...(warmup > 0 ? [labels([[0, "warm-up"]])] : [])],
    ...fromColumns([
      { name: "Time", values: times, write: (t) => clock(Math.round(t * 10) / 10) },
      { name: title, values: levels, write },
    ], { warmup }),
  };
}
