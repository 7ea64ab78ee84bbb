// The tab Jobs: the record of every job, to download.

import { hasToken } from "../../core/api.js";
import { quote } from "../../core/command.js";
import { element } from "../../core/dom.js";
import { count } from "../../core/format.js";
import { awaited, remark } from "./drawn.js";
import { pathOf } from "./load.js";
import { isLive } from "./view.js";

const formats = [
  ["csv", "CSV", "for a spreadsheet"], ["ndjson", "NDJSON", "a line of JSON for each job"],
  ["parquet", "Parquet", "for DuckDB, pandas and others"],
];

export const jobsTab = {
  key: "jobs", name: "Jobs",
  value: ({ id, run, result }) => ({
    id, kept: run.spec.include_jobs !== false, live: isLive({ run }), ended: result !== null,
    missing: result?.jobs_not_listed ?? 0,
  }),
  draw({ id, kept, live, ended, missing }) {
    if (!kept) return [remark("This run kept no record of its jobs, as its spec asked for (include_jobs: false).")];
    if (!ended) return [awaited(live, "The records of the jobs can be downloaded")];
    const lacking = missing > 0 ? [remark(`${count(missing, "started job")} without a record.`)] : [];
    return [remark("When each job was to start, when it started, how long it took, and how it ended."),
      hasToken() ? commands(id) : links(id), ...lacking];
  },
};

const address = (id, format) => `${pathOf(id)}/jobs?format=${format}`;

const links = (id) => element("ul", { class: "downloads" }, ...formats.map(([format, name, what]) => element("li", {},
  element("a", { href: address(id, format), download: `${id}.${format}` }, name), ` ${what}`)));

// commands returns the downloads as commands: a link cannot send a token.
const commands = (id) => element("pre", { tabindex: "0" }, formats.map(([format]) =>
  `curl -s -H "Authorization: Bearer $AUREA_TOKEN" -o ${quote(`${id}.${format}`)} ` +
    quote(location.origin + address(id, format))).join("\n"));
