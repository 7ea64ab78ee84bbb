// The screen Trend.

import { element } from "../../core/dom.js";

export function screen(root) {
  document.title = "Trend · Aurea";
  root.append(element("h1", {}, "Trend"));
}
