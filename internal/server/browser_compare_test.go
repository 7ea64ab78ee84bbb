package server

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// The screen Compare says first which side is slower, as the API does. Swapped,
// it says the opposite. A side that does not exist is an error at its field.
func TestBrowserCompare(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	base, head := s.alternateRuns()
	wanted := s.comparison("base=" + strings.Join(base, ",") + "&head=" + strings.Join(head, ","))
	b := visit(t, s.URL+"/#/compare?base="+strings.Join(base, ",")+"&head="+strings.Join(head, ","), 1)
	b.until(`document.querySelector(".judgement .badge")`)
	if word := b.text(".judgement .badge"); word != "Regression" {
		t.Errorf("the verdict is %q, and by the API %s", word, wanted.Verdict)
	}
	said := b.text(".judgement .sentence")
	if !strings.HasPrefix(said, "Head takes") || !strings.Contains(said, "times as long") {
		t.Errorf("the slower side is described as %q", said)
	}
	rows := look[[]string](b, `[...document.querySelectorAll(".metrics tbody tr")].map((row) => row.dataset.metric)`)
	if len(rows) != len(wanted.Metrics) {
		t.Errorf("there are the metrics %q, want %d", rows, len(wanted.Metrics))
	}
	b.until(`document.querySelectorAll(".plots figure").length > 0`)
	b.click(".swap")
	b.until(`document.querySelector(".judgement .badge")?.textContent === "Improvement"`)

	b.goTo("#/compare?base=benchmark-nothing&head=" + head[0])
	b.until(`document.querySelector(".side.base [aria-invalid]") || document.querySelector("#screen .notice.bad")`)
	if shown := b.text("#screen"); !strings.Contains(shown, "benchmark-nothing") {
		t.Errorf("the missing run is not named: %q", shown)
	}
}

// The screen Trend lists the runs of a name, newest first, and two ticked ones
// lead to their comparison.
func TestBrowserTrend(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	name := "night, " + hostile[:80]
	var ids []string
	for range 3 {
		ids = append(ids, s.finished(fmt.Sprintf(`{"num_jobs": 3, "name": %s,
			"workload": {"kind": "sleep", "duration": "1ms"}}`, asJSON(t, name)))["id"].(string))
	}
	b := visit(t, s.URL+"/#/names/"+url.PathEscape(name), 0)
	b.until(`document.querySelectorAll(".history tbody tr").length === 3`)
	listed := look[[]string](b, `[...document.querySelectorAll(".history tbody th a")].map(
		(a) => a.hash.slice("#/runs/".length))`)
	if want := []string{ids[2], ids[1], ids[0]}; strings.Join(listed, " ") != strings.Join(want, " ") {
		t.Errorf("the runs are listed as %q, want %q", listed, want)
	}
	b.click(".history tbody tr:nth-child(3) input")
	b.click(".history tbody tr:nth-child(1) input")
	b.until(`document.querySelector(".bar a.primary")`)
	got := look[string](b, `document.querySelector(".bar a.primary").hash`)
	if want := "#/compare?base=" + ids[0] + "&head=" + ids[2]; got != want {
		t.Errorf("two ticked runs lead to %s, want %s", got, want)
	}
}
