package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// scenarioCells returns what the table of scenarios shows of each one in some
// columns, by the names of the columns.
func (b *tab) scenarioCells(columns ...string) [][]string {
	b.t.Helper()
	return look[[][]string](b, `(() => {
		const table = document.querySelector(".scenarios table");
		const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
		return [...table.tBodies[0].rows].map((row) =>
			%q.split(",").map((name) => row.cells[names.indexOf(name)]?.innerText ?? "there is no " + name));
	})()`, strings.Join(columns, ","))
}

// The screen of a run shows its scenarios while they wait, run and have ended:
// how far each is, how fast, and what its thresholds say.
func TestBrowserRunScreenScenarios(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{Queue: 4})
	var run document
	s.call("POST", "/v1/runs", strings.NewReader(`{"name": "shop", "scenarios": [
		{"name": "fill", "num_jobs": 20, "workload": {"kind": "sleep", "duration": "1ms"},
			"thresholds": ["error_rate < 1%", "p99 < 1h"]},
		{"name": "browse", "start": "0s", "rate": 50, "duration": "1h", "thresholds": ["p50 < 1ns"],
			"workload": {"kind": "sleep", "duration": "20ms"}},
		{"name": "after", "num_jobs": 1, "workload": {"kind": "noop"}}]}`)).into(t, &run)
	id := run.at("id").(string)
	b := visit(t, s.URL+"/#/runs/"+id, 0)
	b.until(`document.querySelector(".scenarios tbody tr:nth-child(1)")?.innerText.includes("ended")`)
	b.until(`document.querySelector(".scenarios tbody tr:nth-child(2)")?.innerText.includes("fails")`)
	want := [][]string{
		{"fill", "ended", "20", "0", "–", "–"}, {"browse", "running"}, {"after", "waiting", "0", "0", "–", "–"},
	}
	got := b.scenarioCells("Scenario", "State", "Ok", "Failed", "Ok a second", "p50")
	got[1] = got[1][:2]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the scenarios of a live run (-want +got):\n%s", diff)
	}
	thresholds := b.scenarioCells("Thresholds")
	if fill := thresholds[0][0]; fill != "all 2 thresholds hold" {
		t.Errorf("the thresholds of the first are %q", fill)
	}
	if browse := thresholds[1][0]; !strings.HasSuffix(browse, "ms fails p50 < 1ns") {
		t.Errorf("the thresholds of the second are %q, want a p50 that fails", browse)
	}
	b.until(`/^[1-9]/.test(document.querySelector(".scenarios tbody tr:nth-child(2)").cells[6].innerText)`) // its p50
	b.shot("run-scenarios-live")
	buttons := look[[]string](b, `[...document.querySelectorAll(".controls button")]
		.filter((button) => button.checkVisibility()).map((button) => button.innerText)`)
	if diff := cmp.Diff([]string{"Stop"}, buttons); diff != "" {
		t.Errorf("the controls of a run of scenarios (-want +got):\n%s", diff)
	}

	s.call("POST", "/v1/runs/"+id+"/cancel", http.NoBody)
	b.until(`document.querySelector(".scenarios thead").innerText.includes("Took")`)
	if began := b.scenarioCells("From", "Took", "Ok a second")[2]; strings.Join(began, "") != "–––" {
		t.Errorf("the scenario that never began has the numbers %q", began)
	}
	want = [][]string{{"fill", "20"}, {"browse", ""}, {"after", "0"}}
	got = b.scenarioCells("Scenario", "Ok")
	got[1][1] = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the scenarios of the finished run (-want +got):\n%s", diff)
	}
	states := b.scenarioCells("State")
	if state := states[0][0]; !strings.HasPrefix(state, "pass") {
		t.Errorf("the first one is %q, want its verdict: pass", state)
	}
	if state := states[1][0]; state != "cancelled" {
		t.Errorf("the second one is %q, want cancelled", state)
	}
	b.fitsEverywhere("run-scenarios")
}
