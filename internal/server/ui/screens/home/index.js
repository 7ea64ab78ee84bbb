// The screen Runs.

import { element } from "../../core/dom.js";

export function screen(root) {
  document.title = "Runs · Aurea";
  root.append(element("h1", {}, "Runs"));
}
