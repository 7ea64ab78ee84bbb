// The head of the screen: which run it is, its state, and the sentence about it.

import { dateOf, dateTime } from "../../core/dates.js";
import { element } from "../../core/dom.js";
import { duration, plain } from "../../core/format.js";
import { badgeOf, moods, titleOf, verdictWord } from "../../core/words.js";
import { drawn } from "./drawn.js";
import { sentenceOf } from "./sentence.js";
import { isLive, phaseOf } from "./view.js";

/**
 * Returns the head: { node, show, tools, focus }. show takes a view; tools is
 * where the buttons of the run stand; focus moves the focus to the name.
 */
export function head() {
  const title = element("h1", { tabindex: "-1" });
  const badges = element("p", { class: "badges" });
  const said = element("p", { class: "sentence" });
  const contact = element("p", { class: "contact" });
  const about = element("p", { class: "hint about" });
  const labels = element("p", { class: "labels" });
  const tools = element("div", { class: "tools" });
  const node = element("header", { class: "card judgement" },
    element("div", { class: "headline" }, element("div", {}, title, badges), tools), said, contact, about, labels);
  const showTitle = drawn(title, (text) => {
    title.title = plain(text);
    return [element("bdi", {}, text)];
  });
  const showBadges = drawn(badges, (list) => list.flatMap(([text, mood]) => [badgeOf(text, mood), " "]));
  const showSaid = drawn(said, (text) => [plain(text)]);
  const showContact = drawn(contact, (text) => (text ? [plain(text)] : []));
  const showAbout = drawn(about, aboutOf);
  const showLabels = drawn(labels, (list) => list.map(([key, value]) =>
    element("span", { class: "label" }, element("bdi", {}, `${key}=${value}`))));
  const show = (view) => {
    const { run } = view;
    const { text, mood } = sentenceOf(view);
    node.className = `card judgement ${mood}`;
    showTitle(titleOf(run));
    showBadges(badgesOf(view));
    showSaid(text);
    showContact(view.contact);
    showAbout({ id: run.id, baseline: run.baseline, ...ageOf(run) });
    showLabels(Object.entries(run.labels ?? {}));
  };
  return { node, tools, show, focus: () => title.focus() };
}

// badgesOf returns the state of a run as badges: [text, mood].
function badgesOf(view) {
  const { run, result } = view;
  if (isLive(view)) {
    const phase = phaseOf(view);
    return [[phase, phase === "paused" ? "doubtful" : ""]];
  }
  const badges = [[run.status, moods[run.status]]];
  if (!result) return [...badges, ["no result", "bad"]];
  if (result.verdict !== "none") badges.push([verdictWord(result.verdict), moods[result.verdict]]);
  return [...badges, [result.validity.state, moods[result.validity.state]]];
}

// ageOf returns when a run was submitted, began and ended, and how long ago the
// last of these was.
function ageOf({ created_at: submitted, started_at: began, finished_at: ended }) {
  const list = Object.entries({ submitted, began, ended }).filter(([, time]) => time && !time.startsWith("0001"));
  const [word, last] = list.at(-1) ?? ["", ""];
  const all = list.map(([name, time]) => `${name} ${dateTime(time)}`).join("\n");
  return { last, all, age: last && `${word} ${ago(last)}` };
}

function aboutOf({ id, baseline, last, all, age }) {
  const time = age ? [" · ", element("time", { datetime: last, title: all }, age)] : [];
  return [element("code", {}, id), ...time, ...(baseline ? [" · ★ baseline of its name"] : [])];
}

const day = 86_400;

// ago says how long a time has passed; days ago it is the date.
export function ago(time, now = Date.now()) {
  const seconds = Math.max((now - Date.parse(time)) / 1000, 0);
  if (seconds < 5) return "just now";
  const whole = Math.floor(seconds < 60 ? seconds : seconds - (seconds % 60));
  if (seconds < day) return `${duration(whole).replace("min 0\u00a0s", "min")} ago`;
  return dateOf(time);
}
