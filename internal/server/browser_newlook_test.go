package server

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A run can be started with the keyboard alone: the choice of the load by the
// arrow keys, and every other control by Tab.
func TestBrowserNewKeyboard(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := newRun(t, s.URL, "", anyRefused) // on a slow machine the page asks for the preview of half a value
	press := func(keys ...string) {
		t.Helper()
		for _, key := range keys {
			b.do(chromedp.KeyEvent(key))
		}
	}
	// to presses Tab until the focus is on a control.
	to := func(selector string) {
		t.Helper()
		for range 80 {
			if look[bool](b, `document.activeElement.matches(%q)`, selector) {
				return
			}
			press(kb.Tab)
		}
		t.Fatalf("Tab does not lead to %s; the focus is on %s", selector,
			look[string](b, `document.activeElement.outerHTML.slice(0, 200)`))
	}
	to(".choices input")
	press(kb.ArrowRight) // In flight
	to(field("concurrency"))
	press("3")
	to(field("duration"))
	press("1", "0", "0", "m", "s")
	to(field("num_jobs"))
	press(kb.Backspace, kb.Backspace, kb.Backspace)
	to(".job select")
	press("n")
	to(".judge > button")
	press(kb.Enter)
	focused := look[string](b, `document.activeElement.getAttribute("aria-label")`)
	if focused != "Threshold 1: metric" {
		t.Errorf("after adding a threshold the focus is on %q", focused)
	}
	to(".thresholds button")
	press(kb.Enter)
	if !look[bool](b, `document.activeElement.matches(".judge > button")`) {
		t.Errorf("after removing it the focus is on %q", b.focus())
	}
	to(".copies [role=tab]")
	press(kb.ArrowRight)
	if shown := b.text(".copies pre"); !strings.HasPrefix(shown, "curl") {
		t.Errorf("the arrow key shows %q", shown)
	}
	look[bool](b, `document.activeElement.blur() ?? true`)
	to(field("name"))
	press("k", kb.Enter)
	b.until(`location.hash.startsWith("#/runs/")`)
	var run document
	s.call("GET", "/v1/runs/"+strings.TrimPrefix(look[string](b, `location.hash`), "#/runs/"), nil).into(t, &run)
	wantSpec(t, "by keyboard", `{"concurrency": 3, "duration": "100ms", "workload": {"kind": "noop"}, "name": "k",
		"include_jobs": false}`, specOf(t, run))
}

// Names of 200 letters, markup and marks of direction widen no window, at any
// width or zoom.
func TestBrowserNewFits(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{}, withWorkers(everyState))
	spec, err := json.Marshal(map[string]any{
		"name": hostile, "labels": map[string]string{strings.Repeat("k", 63): hostile}, "seed": 1, "warmup": "1ms",
		"stages": []any{map[string]any{"duration": "1s", "rate": 1e6}, map[string]any{"duration": "12h", "rate": 1e8}},
		"thresholds": []any{"p99 < 250ms", map[string]any{"abort_on_fail": false,
			"expression": "parts." + strings.Repeat("p", 40) + ".p99 < 1s"}},
		"pricing": map[string]any{"per_job": 1},
		"workers": map[string]any{"count": 2, "labels": map[string]string{"z": hostile}},
		"workload": map[string]any{"kind": "mix", "parts": []any{
			map[string]any{"name": strings.Repeat("p", 40), "workload": map[string]any{"kind": "noop"}},
			map[string]any{"workload": map[string]any{"kind": "http", "url": "http://" + strings.Repeat("h", 500),
				"headers": []string{"A: " + hostile}}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := newRun(t, s.URL, "", 0)
	look[bool](b, `sessionStorage.setItem("aurea-draft", JSON.stringify({ spec: %q, from: "" })) ?? true`, spec)
	b.do(chromedp.Reload())
	b.until(`document.querySelector(".preview .says")`)
	b.allNamed("with a draft of everything")
	t.Run("accessibility", func(t *testing.T) {
		for _, finding := range b.findings(axe(t)) {
			t.Error(finding)
		}
	})
	b.do(chromedp.EmulateViewport(320, 900))
	b.fits("a draft of everything, 320 pixels")
	b.fitsEverywhere("new-everything")
	for _, broken := range []string{"", "{", `{"spec": "[1]"}`, `{"spec": "{\"stages\": 5}"}`,
		`{"spec": "{\"workload\": {\"kind\": 7}}"}`} {
		look[bool](b, `sessionStorage.setItem("aurea-draft", %q) ?? true`, broken)
		b.do(chromedp.Reload())
		b.until(`document.querySelector(".preview .says")`)
		if says := b.text("h1"); says != "New run" {
			t.Errorf("with the draft %s the page says %q", broken, says)
		}
	}
	b.mu.Lock()
	b.refused = 0 // plans of drafts that cannot be run
	b.mu.Unlock()
}
