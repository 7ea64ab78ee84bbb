// The tab Requests: the requests and answers of a sample of jobs, and of the first
// failures of each kind.

import { element } from "../../core/dom.js";
import { count, duration } from "../../core/format.js";
import { awaited, drawn, remark } from "./drawn.js";
import { isLive } from "./view.js";

/** @typedef {import("../../types").SampledJob} SampledJob */

export const requestsTab = {
  key: "requests", name: "Requests",
  value: ({ run, result }) => ({
    jobs: result?.sampled_jobs ?? [], wanted: (run.spec.sample ?? 0) > 0, live: isLive({ run }), ended: result !== null,
  }),
  draw({ jobs, wanted, live, ended }) {
    if (!wanted) return [remark("Its spec asks for no sample (sample: 5 keeps the requests of five jobs).")];
    if (!ended) return [awaited(live, "The requests are shown")];
    if (jobs.length === 0) return [remark("No job of the run has sent a request.")];
    return [remark("Requests and answers of some jobs. Secrets are masked, and long bodies cut."),
      ...jobs.map(jobDetails)];
  },
};

/** @param {SampledJob} job */
function jobDetails(job) {
  const bad = job.outcome !== "ok";
  const node = element("details", { class: "sampled" },
    element("summary", {}, `Job ${job.job}: `, element("span", { class: bad ? "bad" : "" }, job.outcome),
      ` after ${duration(job.duration)}`, job.error ? ": " : "", element("bdi", {}, job.error ?? "")));
  const content = element("div", {});
  const show = drawn(content, exchangesOf);
  node.addEventListener("toggle", () => { if (node.open) show(job); });
  node.append(content);
  return node;
}

/** @param {SampledJob} job */
const exchangesOf = (job) => [
  ...(job.exchanges ?? []).flatMap((exchange) => {
    const { step, method, url, request, response, error } = exchange;
    const end = response ? String(response.status) : "no answer";
    return [
      element("h3", {}, element("bdi", {}, `${step ? `${step}: ` : ""}${method} ${url}`),
        `: ${end} after ${duration(exchange.duration)}`),
      message("Request", `${method} ${url}`, request),
      ...(response ? [message("Answer", String(response.status), response)] : []),
      ...(error ? [remark(error)] : []),
    ];
  }),
  ...(job.omitted ? [remark(`${count(job.omitted, "more request")} of the job, not kept.`)] : []),
];

/**
 * @param {string} name of the message
 * @param {string} first line of it
 * @param {import("../../types").SampledMessage} content
 */
const message = (name, first, { headers, body, bytes, cut, binary }) => element("pre", { tabindex: "0", "aria-label": name },
  [first, ...(headers ?? []), ...(bytes > 0 ? ["", binary ? `(${count(bytes, "byte")} that are not text)` : body ?? ""] : []),
    ...(cut ? [`… (${count(bytes, "byte")} in all)`] : [])].join("\n"));
