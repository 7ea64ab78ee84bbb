package server

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// Every screen fits windows of any width and zoom, has contrast in light, in
// dark and in forced colors, and no control covers another, whatever the names.
func TestBrowserLooks(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it has nothing to do with races")
	}
	s := serve(t, runs.Options{Queue: 4}, withWorkers(everyState))
	base, head := s.alternateRuns()
	const spec = `{"name": %s, "rate": 200, "duration": "2s",
		"labels": {"branch": "main", "team": "a team with a long name, longer than others"},
		"warmup": "100ms", "thresholds": ["p99 < 1ms", "error_rate < 90%%"], "workload": {"kind": "mix", "parts": [
			{"name": "good", "weight": 2, "workload": {"kind": "sleep", "duration": "1ms"}},
			{"name": "bad", "workload": {"kind": "noop", "failure": {"rate": 0.5, "kind": "error"}}}]}}`
	run := s.finished(fmt.Sprintf(spec, asJSON(t, hostile)))["id"].(string)
	s.stepwise("nightly")
	b := visit(t, s.URL+"/#/nowhere", anyRefused)
	draft, err := json.Marshal(map[string]string{"from": "", "spec": fmt.Sprintf(spec, asJSON(t, hostile))})
	if err != nil {
		t.Fatal(err)
	}
	look[bool](b, `sessionStorage.setItem("aurea-draft", %q) ?? true`, draft)
	// where is a name, an address, then what is there when it is whole.
	for _, where := range [][3]string{
		{"home", "#/", ".runs tbody tr:nth-child(5)"},
		{"new", "#/new", ".preview .says"},
		{"run", "#/runs/" + run, ".overtime svg"},
		{"run-parts", "#/runs/" + run + "?tab=parts", "[data-tab=parts] table"},
		{"run-machine", "#/runs/" + run + "?tab=machine", "[data-tab=machine] dl"},
		{"run-spec", "#/runs/" + run + "?tab=spec", "[data-tab=spec] pre"},
		{"run-jobs", "#/runs/" + run + "?tab=jobs", "[data-tab=jobs] a"},
		{"run-notes", "#/runs/" + run + "?tab=notes", "[data-tab=notes] textarea"},
		{"compare", "#/compare?base=" + strings.Join(base, ",") + "&head=" + strings.Join(head, ","), ".plots figure"},
		{"trend", "#/names/" + url.PathEscape(hostile), ".history tbody tr"},
		{"trend-changes", "#/names/nightly", ".changes li"},
		{"system", "#/system", ".card dl"},
	} {
		b.goTo(where[1])
		b.until(`document.querySelector("#screen ` + where[2] + `")`)
		b.fitsEverywhere(where[0])
	}
}

// stepwise executes runs of a name that become slower, and then fail: among them one
// that is its baseline and one whose thresholds fail.
func (s *service) stepwise(name string) {
	s.t.Helper()
	for i := range 36 {
		job, limit, failures := 5, "1h", 0.0
		if i >= 12 {
			job = 60
		}
		if i >= 24 {
			failures = 0.5
		}
		if i == 35 {
			limit = "1ms"
		}
		id := s.finished(fmt.Sprintf(`{"num_jobs": 8, "name": %q, "labels": {"branch": "main"}, "seed": 1,
			"thresholds": ["p99 < %s"], "workload": {"kind": "sleep", "duration": "%dms",
				"failure": {"rate": %g, "kind": "error"}}}`, name, limit, job, failures))["id"].(string)
		if i == 3 {
			s.call("PATCH", "/v1/runs/"+id, strings.NewReader(`{"baseline": true}`))
		}
	}
}
