package history

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A query selects a live run by what it is. It has no verdict yet and is no
// baseline.
func TestQuerySelectsLiveRun(t *testing.T) {
	t.Parallel()
	run := aurea.Run{ID: "benchmark-1", Name: "Nightly", Status: aurea.StatusRunning,
		Labels: map[string]string{"team": "search"}}
	for _, test := range []struct {
		of    string
		query aurea.RunQuery
		want  bool
	}{
		{"everything", aurea.RunQuery{}, true},
		{"a text in its name", aurea.RunQuery{Text: "night"}, true},
		{"a text in its label", aurea.RunQuery{Text: "ARCH"}, true},
		{"a text in its id", aurea.RunQuery{Text: "mark-1"}, true},
		{"another text", aurea.RunQuery{Text: "shop"}, false},
		{"a verdict", aurea.RunQuery{Verdict: aurea.VerdictNone}, false},
		{"baselines", aurea.RunQuery{Baseline: true}, false},
		{"its name", aurea.RunQuery{Name: "Nightly"}, true},
		{"another name", aurea.RunQuery{Name: "nightly"}, false},
		{"its status", aurea.RunQuery{Statuses: []aurea.Status{aurea.StatusRunning}}, true},
		{"its label", aurea.RunQuery{Labels: map[string]string{"team": "search"}}, true},
		{"another label", aurea.RunQuery{Labels: map[string]string{"team": "shop"}}, false},
	} {
		if got := matches(run, test.query); got != test.want {
			t.Errorf("a query of %s selects the run: %t, want %t", test.of, got, test.want)
		}
	}
}
