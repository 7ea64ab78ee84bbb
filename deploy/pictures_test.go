package deploy_test

import (
	"regexp"
	"slices"
	"testing"
	"time"
)

// The shipped configuration scrapes the service, and every expression of every
// dashboard and rule shows what the runs did.
func TestDashboardsOnPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it takes half a minute")
	}
	t.Parallel()
	s := runScenario(t)
	t.Run("dashboards", func(t *testing.T) { checkEveryExpression(t, s) })
	t.Run("rules", func(t *testing.T) { checkEveryRule(t, s) })
	t.Run("numbers", func(t *testing.T) { checkNumbers(t, s) })
	t.Run("native histograms", func(t *testing.T) { checkOnNative(t, s) })
}

// newViewer returns a viewer of a dashboard from the first run until now.
func (s scenario) newViewer(t *testing.T, b board) viewer {
	t.Helper()
	v := viewer{s.prometheus, s.begin, s.end, 4 * time.Second, map[string]string{"url": "http://localhost:5000"}}
	v.choose(t, b)
	return v
}

// checkEveryExpression evaluates every expression as Grafana does and checks
// that it shows a number.
func checkEveryExpression(t *testing.T, s scenario) {
	for _, b := range boards(t) {
		v := s.newViewer(t, b)
		chosen := v.values["run"]
		for _, e := range b.expressions() {
			if v.values["run"] = chosen; ofWorkers.MatchString(e.expr) {
				v.values["run"] = s.workersRun.ID // the other runs have no workers
			}
			checkShowsNumber(t, s, e.where, v.fill(t, e.expr))
		}
	}
}

// ofWorkers matches expressions about workers.
var ofWorkers = regexp.MustCompile(`benchmark_worker|benchmark_reports|start_spread|clock_bound`)

// checkShowsNumber checks that an expression has a finite value between the
// first run and now.
func checkShowsNumber(t *testing.T, s scenario, where, expr string) {
	t.Helper()
	found, err := s.prometheus.over(expr, s.begin, s.end)
	if err != nil {
		t.Errorf("%s: %v: %s", where, err, expr)
		return
	}
	for _, series := range found {
		if len(series.numbers())+len(series.Histograms) > 0 {
			return
		}
	}
	t.Errorf("%s shows nothing: %d series without a number for %s", where, len(found), expr)
}

// quietAlerts are the alerts without a cause in the scenario: their expressions
// have no series, but each of their metrics has.
var quietAlerts = []string{"AureaTargetDown", "AureaRunInvalid", "AureaGeneratorSaturated", "AureaQueueFull",
	"AureaResultsNotStored", "AureaWorkerLost", "AureaNATSAway", "AureaReportsRefused"}

// checkEveryRule checks that each recorded series exists and that each alert
// with a cause that needs no minimum time fires. On a slow machine other alerts
// may fire too.
func checkEveryRule(t *testing.T, s scenario) {
	checkNear(t, s, "firing", `group by (alertname) (ALERTS{alertstate="firing", alertname!~"AureaErrorRatioHigh|AureaGeneratorSaturated"})`, 0,
		numbers{"AureaLatencyObjectiveBurned": 1, "AureaThroughputDropped": 1}, "alertname")
	for _, r := range rules(t) {
		if r.Record != "" {
			checkShowsNumber(t, s, r.Record, r.Record)
		}
		if r.Alert == "" || !slices.Contains(quietAlerts, r.Alert) {
			checkShowsNumber(t, s, r.name(), r.Expr)
			continue
		}
		if _, err := s.prometheus.over(r.Expr, s.begin, s.end); err != nil {
			t.Errorf("%s: %v: %s", r.Alert, err, r.Expr)
		}
		for _, name := range metric.FindAllString(r.Expr, -1) {
			checkShowsNumber(t, s, r.Alert, name)
		}
	}
}
