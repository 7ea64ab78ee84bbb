// A spec as commands of a shell.

import { member } from "./json.js";

// quote quotes a word for a shell, if it needs that.
export const quote = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

// curl returns the command that submits a spec, given as JSON, to a service.
export function curl(json, { origin, token }) {
  const header = (text) => ` \\\n  -H ${token && text.startsWith("Auth") ? `"${text}"` : quote(text)}`;
  return `curl -s ${quote(`${origin}/v1/runs`)}${header("Content-Type: application/json")}` +
    `${token ? header("Authorization: Bearer $AUREA_TOKEN") : ""} \\\n  -d ${quote(json)}`;
}

// flags lists the members of a spec that have a flag of their name.
const flags = {
  num_jobs: "jobs", concurrency: "concurrency", rate: "rate", arrival: "arrival", on_saturation: "on-saturation",
  duration: "duration", warmup: "warmup", timeout: "timeout", seed: "seed", name: "name", include_jobs: "include-jobs",
  max_lost_fraction: "max-lost-fraction",
};

// commandLine returns the command that executes a spec, given as JSON; null if
// flags cannot give it, so that it needs a file.
export function commandLine(json) {
  const spec = JSON.parse(json);
  const words = workloadWords(spec, json);
  if (!words) return null;
  for (const [name, value] of Object.entries(spec)) {
    if (name === "workload" || name === "job_duration_ms") continue;
    const more = memberWords(name, value, json);
    if (!more) return null;
    words.push(...more);
  }
  return ["aurea run", ...words].join(" ");
}

// memberWords returns the flags of a member; null if there are none.
function memberWords(name, value, json) {
  if (name === "thresholds") return value.map((one) => `--threshold ${quote(thresholdText(one))}`);
  if (name === "labels") return Object.entries(value).map(([key, text]) => `--label ${quote(`${key}=${text}`)}`);
  if (!flags[name]) return null;
  if (typeof value === "boolean") return [`--${flags[name]}=${value}`];
  return [`--${flags[name]} ${quote(typeof value === "string" ? value : member(json, name))}`];
}

// thresholdText returns a threshold as text. One that can end the run is an
// object.
export function thresholdText(threshold) {
  if (typeof threshold === "string") return threshold;
  const { expression, abort_on_fail: aborts, after } = threshold;
  return `${expression}${aborts ? " abort" : ""}${aborts && after ? ` after ${after}` : ""}`;
}

function workloadWords({ workload, job_duration_ms: ms }, json) {
  if (!workload) return ms === undefined ? [] : [`--job-duration ${ms}ms`];
  const { kind, ...parameters } = workload;
  const words = [];
  if (kind === "http" && /^https?:\/\//.test(parameters.url)) {
    words.push(quote(parameters.url));
    delete parameters.url;
  } else {
    words.push(`--workload ${quote(kind)}`);
  }
  const more = parameterWords("", parameters, member(json, "workload"));
  return more && [...words, ...more];
}

// parameterWords returns the flags of parameters whose names get a prefix; null
// if flags cannot give them: lists, and text that the command would read as a
// file or as JSON, or that is masked.
function parameterWords(prefix, parameters, json) {
  const words = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (prefix && name.includes(".")) return null; // a dot would begin the name of a member
    if (typeof value === "string" && (/^[@{[]/.test(value) || value.includes("***"))) return null;
    if (typeof value !== "object") {
      words.push(`--param ${quote(`${prefix}${name}=${typeof value === "number" ? member(json, name) : value}`)}`);
      continue;
    }
    const more = prefix || !value || Array.isArray(value) ? null
      : parameterWords(`${name}.`, value, member(json, name));
    if (!more) return null;
    words.push(...more);
  }
  return words;
}
