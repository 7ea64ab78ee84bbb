package ui_test

import (
	"strings"
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

// The scripts of the page begin with what makes a browser compile them at once. A
// bundle does not: a report has it in its document, where nothing loads beside.
func TestScriptsAreCompiledAtOnce(t *testing.T) {
	const hint = "//# allFunctionsCalledOnLoad\n\"use strict\";\n"
	scripts := map[string]string{"app.js": ui.Script()}
	for name, text := range ui.LateScripts() {
		scripts[name] = text
	}
	if want := 1 + len(ui.LateScreens); len(scripts) != want {
		t.Errorf("there are %d scripts, want %d", len(scripts), want)
	}
	for name, text := range scripts {
		if !strings.HasPrefix(text, hint) {
			t.Errorf("%s begins with %.60q, want %q", name, text, hint)
		}
	}
	if text := ui.Bundle("module.js", ""); strings.Contains(text, "allFunctionsCalledOnLoad") {
		t.Errorf("a bundle is compiled at once: %q", text)
	}
}
