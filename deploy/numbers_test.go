package deploy_test

import (
	"math"
	"testing"
)

// checkNumbers compares the values in panels with the results.
func checkNumbers(t *testing.T, s scenario) {
	overview, one := boards(t)[0], boards(t)[1]
	v := s.newViewer(t, overview)
	v.from = s.idleFrom
	v.rate = s.end.Sub(s.idleFrom)
	t.Run("counts", func(t *testing.T) { checkCounts(t, s, overview) })
	t.Run("last run", func(t *testing.T) { checkLastRun(t, s, overview) })
	t.Run("rates", func(t *testing.T) { checkRates(t, s, v, overview) })
	t.Run("quantiles", func(t *testing.T) { checkQuantiles(t, s, v, overview) })
	t.Run("one run", func(t *testing.T) { checkRun(t, s, one) })
	t.Run("run on workers", func(t *testing.T) { checkWorkersRun(t, s, one) })
}

// numbers are the values of a query by the values of some labels.
type numbers map[string]float64

// checkNear checks that a query returns the wanted values, up to a relative
// error.
func checkNear(t *testing.T, s scenario, where, expr string, share float64, want numbers, labels ...string) {
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

// checkPanel is checkNear for one query of a panel, at the end.
func (v viewer) checkPanel(t *testing.T, s scenario, b board, title string, query int, share float64, want numbers,
	labels ...string) {
	t.Helper()
	checkNear(t, s, title, v.fill(t, b.panel(t, title).Targets[query].Expr), share, want, labels...)
}

// checkCounts compares totals with the sums over all results.
func checkCounts(t *testing.T, s scenario, b board) {
	v := s.newViewer(t, b)
	outcomes := numbers{"cancelled": 10} // of the abandoned run, which returned no result
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
	if outcomes["failed"] == 0 || outcomes["timeout"] == 0 {
		t.Fatalf("outcomes %v, want some failed and some timeout", outcomes)
	}
	if len(classes) < 2 {
		t.Fatalf("errors %v, want at least two classes", classes)
	}
	checkNear(t, s, "jobs", "sum by (outcome) (benchmark_jobs_total)", 0, outcomes, "outcome")
	v.checkPanel(t, s, b, "Finished runs", 0, 0, numbers{"completed": float64(len(s.results)), "cancelled": 1},
		"status")
	v.checkPanel(t, s, b, "Verdicts", 0, 0, numbers{"none": float64(len(s.results)), "pass": 1}, "verdict")
	v.checkPanel(t, s, b, "Errors by class", 0, 0, classes, "class")
	// The abandoned run adds the cost of 10 jobs of less than a second each.
	v.checkPanel(t, s, b, "Spent", 0, 0.01/cost, numbers{"USD": cost}, "currency")
	v.checkPanel(t, s, b, "Queue", 0, 0, numbers{"": 0})
	v.values["name"] = "main"
	for _, target := range b.panel(t, "Last 20 runs").Targets {
		checkNear(t, s, "Last 20 runs, "+target.RefID, "count("+v.fill(t, target.Expr)+")", 0, numbers{"": 4})
	}
	v.checkPanel(t, s, b, "Queue", 1, 0, numbers{"": 0})
	v.checkPanel(t, s, b, "In flight", 0, 0, numbers{"": 0})
	v.checkPanel(t, s, b, "NATS", 0, 0, numbers{"": 1})
	v.checkPanel(t, s, b, "Lost workers", 0, 0, numbers{"": 0})
	v.checkPanel(t, s, b, "Workers by state", 1, 0, numbers{"": 0})
}
