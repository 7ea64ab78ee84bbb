// The screen Compare.

import { element } from "../../core/dom.js";

export function screen(root) {
  document.title = "Compare · Aurea";
  root.append(element("h1", {}, "Compare"));
}
