// The screen Run.

import { element } from "../../core/dom.js";

export function screen(root) {
  document.title = "Run · Aurea";
  root.append(element("h1", {}, "Run"));
}
