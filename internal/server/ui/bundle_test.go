package ui_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/server/ui"
)

// A bundle has the code of a module without comments and margins, and its
// exports as members.
func TestBundle(t *testing.T) {
	const module = `// What it is.

/** One line. */
export const first = 1; // a number
/**
 * Several lines.
 * @param {string} text
 */
export async function second(text) {
  const link = "https://x"; // of "x"
  /** @type {number} */
  const many = /** @type {any} */ (text);
  /** @type {any} */ (many).focus();
}
`
	const want = `"use strict";
const modules = [];
modules[0] = (() => {

const first = 1;
async function second(text) {
const link = "https://x"; // of "x"
const many = /** @type {any} */ (text);
/** @type {any} */ (many).focus();
}
return { first, second };
})();
`
	if diff := cmp.Diff(want, ui.Bundle("module.js", module)); diff != "" {
		t.Errorf("the bundle differs (-want +got):\n%s", diff)
	}
}
