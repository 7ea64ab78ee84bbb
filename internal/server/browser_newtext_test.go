package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// specText selects the text of the spec, and editor the button between it and the
// fields.
const (
	specText = ".text textarea"
	editor   = ".editor button"
)

// A spec with members that the fields have no place for, such as scenarios, is run
// again as a text that keeps all of them, with a preview of each scenario.
func TestBrowserNewFromScenarios(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	const spec = `{"name": "shop", "seed": 18446744073709551615, "scenarios": [
		{"name": "fill", "num_jobs": 20, "concurrency": 4, "workload": {"kind": "noop"}, "thresholds": ["p99 < 1h"]},
		{"name": "browse", "start": "10ms", "rate": 100, "duration": "50ms",
			"workload": {"kind": "sleep", "duration": "1ms", "jitter": 0.5}}], "include_jobs": false}`
	id := s.finished(spec)["id"].(string)
	b := newRun(t, s.URL, "?from="+id, 0)
	if why := b.text(".editor .hint"); why != "The fields have no place for scenarios." {
		t.Errorf("beside the text it says %q", why)
	}
	plan := look[[]string](b, `[...document.querySelectorAll(".preview .figures > div")].map((one) => one.innerText)`)
	want := []string{"fill\nDoes 20 jobs, 4 at a time.", "browse\nStarts 5 jobs in 50\u00a0ms, 100 a second."}
	if diff := cmp.Diff(want, plan); diff != "" {
		t.Errorf("the preview (-want +got):\n%s", diff)
	}
	b.click(editor)
	if !look[bool](b, `document.querySelector(%q).checkVisibility()`, specText) {
		t.Error("the fields are shown, which would lose the scenarios")
	}
	b.fitsEverywhere("new-text")
	b.do(chromedp.EmulateViewport(1280, 900))
	wantSpec(t, "the spec", spec, b.starts(s))
}

// A spec is written as YAML with errors at their lines, gets a scenario more, and
// outlives a reload. What fits into the fields can be brought there.
func TestBrowserNewText(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := newRun(t, s.URL, "", anyRefused)
	b.click(editor)
	b.enter(specText, "# a load\nnum_jobs: 5\nworkload: {kind: noop}\nlabels:\n  team: a\n")
	b.until(`document.querySelector(".preview .says").innerText.startsWith("Starts 5")`)
	b.click(editor)
	if jobs := look[string](b, `document.querySelector(%q).value`, field("num_jobs")); jobs != "5" {
		t.Errorf("the fields have %q jobs, want 5 as the text has", jobs)
	}
	b.click(editor)
	for _, wrong := range []struct {
		text, message string
		line          string
	}{
		{"num_jobs: 5\nworkload:\n  kind: noop\n   x: 1\n",
			"Line 4: Is not YAML: there is a colon too many, or a wrong indentation", "   x: 1"},
		{"scenarios:\n- name: a\n  num_jobs: 0\n  workload: {kind: noop}\n",
			"Line 3, scenarios[0].num_jobs: Must be an integer from 1", "  num_jobs: 0"},
	} {
		b.enter(specText, wrong.text)
		b.click(".actions .primary")
		b.until(`document.querySelector(".notice li")?.innerText.includes(%q)`, wrong.message)
		if message := b.text(".text .error"); !strings.Contains(message, wrong.message) {
			t.Errorf("at the text it says %q, want %q", message, wrong.message)
		}
		b.until(`document.querySelector(".preview .missing")`) // the service has said it as well
		if message := look[string](b, `document.querySelector(".text .error")?.innerText ?? ""`); message == "" {
			t.Errorf("after the preview the message %q is gone", wrong.message)
		}
		selected := look[string](b, `(({ value, selectionStart, selectionEnd }) =>
			value.slice(selectionStart, selectionEnd))(document.querySelector(%q))`, specText)
		if selected != wrong.line {
			t.Errorf("the line %q is selected, want %q", selected, wrong.line)
		}
	}
	b.fitsEverywhere("new-text-errors")
	b.do(chromedp.EmulateViewport(1280, 900))
	b.enter(specText, "name: two\nnum_jobs: 5\nworkload: {kind: noop}\nthresholds: [p99 < 1h]\n")
	b.click(".text .part > button")
	b.until(`document.querySelector(".preview .says").innerText === "Runs 2 scenarios."`)
	text := look[string](b, `document.querySelector(%q).value`, specText)
	b.do(chromedp.Reload())
	b.until(`document.querySelector(".preview .says")?.innerText === "Runs 2 scenarios."`)
	if again := look[string](b, `document.querySelector(%q).value`, specText); again != text {
		t.Errorf("after a reload the text is\n%s\nwant\n%s", again, text)
	}
	noop := `"num_jobs": 5, "workload": {"kind": "noop"}`
	wantSpec(t, "the spec", fmt.Sprintf(`{"name": "two", "scenarios": [
		{"name": "scenario-1", %s, "thresholds": ["p99 < 1h"]}, {"name": "scenario-2", %s}]}`, noop, noop), b.starts(s))
}

// A text that is written while the service is away stays, and is read once the
// service is back.
func TestBrowserNewTextAway(t *testing.T) {
	t.Parallel()
	service := newFixedPort(t, New(newOptions(newStoringFake(finishingFake()))))
	b := newRun(t, "http://"+service.address, "", anyRefused)
	b.click(editor)
	b.until(`document.querySelector(%q).checkVisibility()`, specText)
	service.stop()
	const text = "num_jobs: 7 # a week\nworkload: {kind: noop}\n"
	b.enter(specText, text)
	b.until(`document.querySelector(".preview .says").innerText === "The service cannot be reached"`)
	b.click(editor)
	b.until(`document.querySelector(".editor .hint").innerText === "The service cannot be reached"`)
	if now := look[string](b, `document.querySelector(%q).value`, specText); now != text {
		t.Errorf("while the service is away the text is %q, want %q", now, text)
	}
	service.start()
	b.click(editor)
	b.until(`document.querySelector(%q)?.value === "7"`, field("num_jobs"))
}
