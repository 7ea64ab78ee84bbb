// The screen New run.

import { element } from "../../core/dom.js";

export function screen(root) {
  document.title = "New run · Aurea";
  root.append(element("h1", {}, "New run"));
}
