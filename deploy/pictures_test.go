package deploy_test

import (
	"slices"
	"testing"
	"time"
)

// The shipped configuration scrapes the service, and every expression of every
// dashboard and rule sees what the runs did.
func TestPicturesOnPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	t.Parallel()
	s := play(t)
	t.Run("dashboards", func(t *testing.T) { everyExpression(t, s) })
	t.Run("rules", func(t *testing.T) { everyRule(t, s) })
	t.Run("numbers", func(t *testing.T) { rightNumbers(t, s) })
	t.Run("native histograms", func(t *testing.T) { rightOnNative(t, s) })
}

// look is somebody who looks at a dashboard from the first run to now.
func (s stage) look(t *testing.T, b board) viewer {
	t.Helper()
	v := viewer{s.prometheus, s.begin, s.end, 4 * time.Second, map[string]string{"url": "http://localhost:5000"}}
	v.choose(t, b)
	return v
}

// everyExpression draws every expression as Grafana does, and wants something
// to be seen.
func everyExpression(t *testing.T, s stage) {
	for _, b := range boards(t) {
		v := s.look(t, b)
		for _, e := range b.expressions() {
			shows(t, s, e.where, v.fill(t, e.expr))
		}
	}
}

// shows wants a finite number somewhere between the first run and now.
func shows(t *testing.T, s stage, where, expr string) {
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

// resting are the alerts for which nothing happened in the test: what they ask
// for has no series, but each metric that they name has.
var resting = []string{"AureaTargetDown", "AureaRunInvalid", "AureaGeneratorSaturated", "AureaQueueFull", "AureaResultsNotStored"}

// everyRule wants each recorded series, and each alert that has a reason. Those
// that need not last fire; on a slow machine, others may.
func everyRule(t *testing.T, s stage) {
	near(t, s, "firing", `group by (alertname) (ALERTS{alertstate="firing", alertname!~"AureaErrorRatioHigh|AureaGeneratorSaturated"})`, 0,
		numbers{"AureaLatencyObjectiveBurned": 1, "AureaThroughputDropped": 1}, "alertname")
	for _, r := range rules(t) {
		if r.Record != "" {
			shows(t, s, r.Record, r.Record)
		}
		if r.Alert == "" || !slices.Contains(resting, r.Alert) {
			shows(t, s, r.name(), r.Expr)
			continue
		}
		if _, err := s.prometheus.over(r.Expr, s.begin, s.end); err != nil {
			t.Errorf("%s: %v: %s", r.Alert, err, r.Expr)
		}
		for _, name := range metric.FindAllString(r.Expr, -1) {
			shows(t, s, r.Alert, name)
		}
	}
}
