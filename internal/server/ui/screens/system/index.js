// The screen System.

import { element } from "../../core/dom.js";

export function screen(root) {
  document.title = "System · Aurea";
  root.append(element("h1", {}, "System"));
}
