package server

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// hostile is a name that breaks pages: 200 letters without a space, markup, and
// marks that turn the direction of text.
var hostile = "<b>&amp;\u202e" + strings.Repeat("n", 190) + "\u2066"

// axe returns the source of axe-core, which scripts/test-deps installs.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(npmPackages(t, "page"), "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// clean checks that the rules of axe-core find no fault in what is shown, in light and
// in dark colors.
func (b *tab) clean(rules, name string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.do(colorScheme(scheme))
		for _, finding := range b.findings(rules) {
			b.t.Errorf("%s, %s: %s", name, scheme, finding)
		}
	}
}

// cleanChoices checks what is shown after each control of a selector is clicked.
func (b *tab) cleanChoices(rules, name, selector string) {
	b.t.Helper()
	controls := look[int](b, `document.querySelectorAll(%q).length`, selector)
	if controls < 2 {
		b.t.Errorf("%s: %d of %s", name, controls, selector)
	}
	for i := range controls {
		chosen := look[string](b, `((one) => (one.click(), one.textContent || one.value))(
			document.querySelectorAll(%q)[%d])`, selector, i)
		b.clean(rules, name+", "+chosen)
	}
}

// The rules of axe-core find no fault of accessibility on any screen, whichever of its
// tabs is chosen.
func TestBrowserAccessibility(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: the rules take long under the race detector")
	}
	rules := axe(t)
	s := serve(t, runs.Options{})
	const spec = `{"name": %s, "num_jobs": 60, "rate": 200, "labels": {"branch": "main"}, "thresholds": ["p99 < 1ms"],
		"workload": {"kind": "mix", "parts": [
			{"name": "good", "weight": 2, "workload": {"kind": "sleep", "duration": "1ms"}},
			{"name": "bad", "workload": {"kind": "noop", "failure": {"rate": 0.5, "kind": "error"}}}]}}`
	var ids []string
	for _, name := range []string{"nightly", "nightly", hostile} {
		ids = append(ids, s.finished(fmt.Sprintf(spec, asJSON(t, name)))["id"].(string))
	}
	b := visit(t, s.URL+"/", 0)
	// where is an address, then what is there when it is whole.
	for _, where := range [][2]string{
		{"#/", ".runs tbody tr"},
		{"#/compare?base=" + ids[0] + "&head=" + ids[1], ".plots figure"},
		{"#/names/nightly", "table"},
		{"#/system", ".card dl"},
		{"#/nowhere", "h1"},
	} {
		b.goTo(where[0])
		b.until(`document.querySelector("#screen ` + where[1] + `")`)
		b.clean(rules, where[0])
	}
	b.goTo("#/new")
	b.until(`document.querySelector(".preview .says")`)
	b.cleanChoices(rules, "new", ".part .choices input")
	b.cleanChoices(rules, "new", ".copies [role=tab]")
	b.click(editor)
	b.clean(rules, "new, as YAML")
}

// Nor do they find one on any tab of a run, in each of its states.
func TestBrowserAccessibilityOfRuns(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: the rules take long under the race detector")
	}
	rules := axe(t)
	shelf := newStoringFake(finishingFake())
	shelf.watch, shelf.runs = watchSome, runsOfEveryState(t)
	b := visit(t, host(t, shelf)+"/#/nowhere", 0)
	for _, run := range shelf.runs {
		b.goTo("#/runs/" + run.ID)
		b.until(`document.querySelector("[data-tab=latency]:not([hidden]) > *")`)
		b.cleanChoices(rules, run.ID, ".run > section:last-child > .tabs [role=tab]")
	}
	b.goTo("#/runs/failed?tab=spec")
	b.until(`document.querySelector(".copies [role=tab]")`)
	b.cleanChoices(rules, "spec", ".copies [role=tab]")
}

// findings returns what the rules of axe-core find on the page, a line each.
func (b *tab) findings(rules string) (lines []string) {
	b.t.Helper()
	act(b, chromedp.Evaluate[bool](`typeof axe === "object" || (() => {`+rules+"\n})() || true"))
	return look[[]string](b, `axe.run(document, {resultTypes: ["violations"]}).then(({ violations }) =>
		violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, any }) =>
			id + ": " + help + "; " + (any[0]?.message ?? "") + " " + html.slice(0, 160))))`)
}

// asJSON returns a text as JSON.
func asJSON(t *testing.T, text string) string {
	t.Helper()
	encoded, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}
