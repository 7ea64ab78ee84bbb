package deploy_test

import (
	"math"
	"testing"
)

// rightNumbers compares what panels show with what the runs answered.
func rightNumbers(t *testing.T, s stage) {
	overview, one := boards(t)[0], boards(t)[1]
	v := s.look(t, overview)
	v.from = s.calm
	v.rate = s.end.Sub(s.calm)
	t.Run("counts", func(t *testing.T) { rightCounts(t, s, overview) })
	t.Run("last run", func(t *testing.T) { rightLastRun(t, s, overview) })
	t.Run("rates", func(t *testing.T) { rightRates(t, s, v, overview) })
	t.Run("quantiles", func(t *testing.T) { rightQuantiles(t, s, v, overview) })
	t.Run("one run", func(t *testing.T) { rightRun(t, s, one) })
}

// A numbers is what a query shows, by the values of some labels.
type numbers map[string]float64

// near wants the numbers of a query to be what they should, up to a share.
func near(t *testing.T, s stage, where, expr string, share float64, want numbers, labels ...string) {
	t.Helper()
	found, err := s.prometheus.at(expr, s.end)
	if err != nil {
		t.Errorf("%s: %v: %s", where, err, expr)
	}
	got := numbers{}
	for _, series := range found {
		got[series.key(labels)] = number(series.Value)
	}
	same := len(got) == len(want)
	for key, value := range want {
		has, there := got[key]
		same = same && there && math.Abs(has-value) <= (share+1e-9)*math.Abs(value)+1e-12
	}
	if !same {
		t.Errorf("%s shows %v, want %v within %v: %s", where, got, want, share, expr)
	}
}

// panel wants the numbers of one query of a panel, at the end.
func (v viewer) panel(t *testing.T, s stage, b board, title string, query int, share float64, want numbers, labels ...string) {
	t.Helper()
	near(t, s, title, v.fill(t, b.panel(t, title).Targets[query].Expr), share, want, labels...)
}

// rightCounts holds totals to the sums over all results.
func rightCounts(t *testing.T, s stage, b board) {
	v := s.look(t, b)
	outcomes := numbers{"cancelled": 10} // of the abandoned run, which nobody was told of
	classes, cost := numbers{}, 0.0
	for _, r := range s.results {
		for _, outcome := range []string{"ok", "failed", "timeout", "cancelled", "dropped", "lost"} {
			outcomes[outcome] += r.Counts[outcome]
		}
		for _, e := range r.Errors {
			if e.Count > 0 {
				classes[e.Class] += e.Count
			}
		}
		cost += r.TotalCost
	}
	if outcomes["failed"] == 0 || outcomes["timeout"] == 0 || len(classes) < 2 {
		t.Fatalf("outcomes %v and errors %v, want some of each", outcomes, classes)
	}
	near(t, s, "jobs", "sum by (outcome) (benchmark_jobs_total)", 0, outcomes, "outcome")
	v.panel(t, s, b, "Finished runs", 0, 0, numbers{"completed": float64(len(s.results)), "cancelled": 1}, "status")
	v.panel(t, s, b, "Verdicts", 0, 0, numbers{"none": float64(len(s.results)), "pass": 1}, "verdict")
	v.panel(t, s, b, "Errors by class", 0, 0, classes, "class")
	// The abandoned run cost something too: 10 jobs of less than a second each.
	v.panel(t, s, b, "Spent", 0, 0.01/cost, numbers{"USD": cost}, "currency")
	v.panel(t, s, b, "Queue", 0, 0, numbers{"": 0})
	v.values["name"] = "main"
	for _, target := range b.panel(t, "Last 20 runs").Targets {
		near(t, s, "Last 20 runs, "+target.RefID, "count("+v.fill(t, target.Expr)+")", 0, numbers{"": 4})
	}
	v.panel(t, s, b, "Queue", 1, 0, numbers{"": 0})
	v.panel(t, s, b, "In flight", 0, 0, numbers{"": 0})
}
