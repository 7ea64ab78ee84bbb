package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// told returns the message that a control shows and is described by.
func (b *tab) told(selector string) string {
	b.t.Helper()
	return look[string](b, `(() => {
		const control = document.querySelector(%q);
		const ids = (control.getAttribute("aria-describedby") ?? "").split(" ");
		const error = ids.map((id) => document.getElementById(id)).find((node) => node?.matches(".error"));
		return error?.checkVisibility() && control.getAttribute("aria-invalid") === "true" ? error.innerText : "";
	})()`, selector)
}

// Messages stand at their fields: when a field that is wrong is left, and all of
// them when the run is started, with a summary. Typing removes a message.
func TestBrowserNewErrors(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := newRun(t, s.URL, "", 0)
	b.enter("input[value=stages]", "", ".job select", "http")
	b.click(".judge > button")
	b.enter(".thresholds .value", "", ".part:last-child [data-name=timeout] input", "soon",
		field("labels"), "fine: 1\nnot fine: 2", field("per_job"), "-1",
		".stages li:nth-child(2) [data-name=duration]", "x")
	b.until(`document.querySelector(".preview .missing")`)
	if told := b.told(field("url")); told != "" {
		t.Errorf("a field that was not entered yet says %q", told)
	}
	b.until(`document.querySelectorAll(".spec .error").length === 5`)
	b.click(".actions .primary")
	b.until(`document.querySelector(".beside .notice[role=alert]")`)
	places := [][2]string{
		{".stages li:nth-child(2) [data-name=duration]",
			`Must be a duration such as "250ms" from 1ms to 24h; got "x".`},
		{field("url"), "Is needed: whom to call."},
		{".thresholds .value", "Say what it is compared with, such as 250 ms or 1 %."},
		{field("labels"), "Line 2: Is not a label key: up to 63 of a-z A-Z 0-9 _ . -."},
		{".part:last-child [data-name=timeout] input",
			`Must be a duration such as "250ms" from 1ns to 1h; got "soon".`},
		{field("per_job"), "Must be a number from 0 to 1000000000; got -1."},
	}
	for _, place := range places {
		if told := b.told(place[0]); told != place[1] {
			t.Errorf("%s says %q, want %q", place[0], told, place[1])
		}
	}
	if focused := look[string](b, `document.activeElement.getAttribute("aria-label")`); focused != "Stage 2: duration" {
		t.Errorf("the focus is on %q, want the first wrong field", focused)
	}
	notice := strings.Split(b.text(".beside .notice"), "\n")
	if len(notice) != 1+len(places) || notice[0] != "6 things are to be mended" {
		t.Errorf("the summary is %q", notice)
	}
	b.fitsEverywhere("new-errors")
	b.do(chromedp.EmulateViewport(1280, 900))
	b.click(".beside .notice li:nth-child(2) a")
	b.do(chromedp.SendKeys(chromedp.CSS(field("url")), "http://localhost:1/"))
	if told := b.told(field("url")); told != "" {
		t.Errorf("while it is edited, the field says %q", told)
	}
	b.enter(".thresholds .value", "250", ".part:last-child [data-name=timeout] input", "1s", field("labels"), "fine: 1",
		field("per_job"), "1", ".stages li:nth-child(2) [data-name=duration]", "1s")
	b.until(`document.querySelector(".preview .figures") && !document.querySelector(".beside .notice")`)
	b.mu.Lock()
	b.refused = 0 // the plans and the run that were refused
	b.mu.Unlock()
}

// A full queue, an outage and a missing token are said in words, and the run
// starts once they are over. It is not started twice.
func TestBrowserNewProblems(t *testing.T) {
	t.Parallel()
	var last aurea.Spec
	refusal := fmt.Errorf("%w: the queue has 4 runs", aurea.ErrQueueFull)
	b := newRun(t, host(t, newStoringFake(recordingFake(&last, &refusal))), "", 2)
	b.click(".actions .primary")
	b.until(`document.querySelector(".beside .notice[role=alert]")?.innerText.startsWith("The queue is full")`)
	if text := b.text(".beside .notice"); !strings.Contains(text, "Try again in 5 s.") {
		t.Errorf("a full queue is reported as %q", text)
	}
	refusal = fmt.Errorf("%w: the store is away", aurea.ErrUnavailable)
	b.click(".beside .notice button")
	b.until(`document.querySelector(".beside .notice")?.innerText.startsWith("The service accepts no runs")`)
	refusal = nil
	b.click(".beside .notice button")
	b.until(`location.hash === "#/runs/benchmark-1"`)
}

// A token that is needed is asked for, and the run is started with it.
func TestBrowserNewToken(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{}, func(o *Options) { o.Tokens = []Token{{Secret: "secret"}} })
	b := visit(t, s.URL+"/#/new", 0)
	b.until(`document.getElementById("token-dialog").open`)
	b.do(chromedp.SendKeys(chromedp.CSS("#token"), "secret\r"))
	b.until(`document.querySelector(".preview .figures")`)
	look[bool](b, `sessionStorage.removeItem("aurea-token") ?? true`)
	b.click(".actions .primary")
	b.until(`document.getElementById("token-dialog").open`)
	b.do(chromedp.SendKeys(chromedp.CSS("#token"), "secret\r"))
	b.until(`location.hash.startsWith("#/runs/")`)
	b.mu.Lock()
	b.refused = 0 // requests without the token
	b.mu.Unlock()
}
