package deploy_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The load: three runs of one name, then some that go wrong, are slow or small,
// then a slower one of the same name, which is looked at closely.
const (
	usual  = `{"name": "main", "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.5}, "rate": 400, "num_jobs": 800, "include_jobs": false}`
	slower = `{"name": "main", "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.5}, "rate": 200, "num_jobs": 1600, "include_jobs": false,
	           "thresholds": ["p99 < 10s"], "pricing": {"per_second": 0.5, "per_job": 0.01}}`
	empty = `{"num_jobs": 20000, "workload": {"kind": "noop"}}`
	slow  = `{"num_jobs": 60, "workload": {"kind": "steps", "steps": [{"kind": "sleep", "duration": "600ms"}]}, "include_jobs": false}`
	wrong = `{"num_jobs": 60, "concurrency": 30, "workload": {"kind": "mix", "parts": [{"workload": {"kind": "sleep", "duration": "10ms"}}], "failure": {"rate": 0.5}}, "seed": 1, "include_jobs": false}`
	tardy = `{"num_jobs": 40, "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.5}, "timeout": "20ms", "seed": 1, "include_jobs": false}`
	gone  = `{"num_jobs": 10, "workload": {"kind": "station", "service": "1h"}, "include_jobs": false}`
)

// A stage is a service that has had its load, and a Prometheus that saw it.
type stage struct {
	prometheus prometheus
	begin      time.Time // before the first run
	calm       time.Time // no job of the last run's workload ran from here
	end        time.Time // after the last run
	results    []result  // of all runs but the abandoned one
}

// last is the run that is looked at closely.
func (s stage) last() result { return s.results[len(s.results)-1] }

// play starts both and runs the load. It goes on when what a run reached is
// recorded, so that each is seen as the last one.
func play(t *testing.T) (s stage) {
	t.Helper()
	service, _ := aureatest.Serve(t)
	s.prometheus = startPrometheus(t, strings.TrimPrefix(service, "http://"))
	s.prometheus.await(t, `up{job="aurea"}`, 1)
	s.begin = time.Now()
	execute := func(spec string) {
		r := run(t, service, spec)
		s.results = append(s.results, r)
		s.prometheus.await(t, fmt.Sprintf(`count(run:benchmark_validity:state{run_id=%q})`, r.ID), 1)
	}
	for _, spec := range []string{usual, usual, usual, tardy} {
		execute(spec)
	}
	s.calm = time.Now()
	// What a counter holds when it is first seen is in no rate: so, twice. Errors
	// are shown of the last three workloads: so, those that go wrong come late.
	for _, spec := range []string{empty, slow, empty, slow, wrong, wrong} {
		execute(spec)
	}
	abandon(t, service, gone)
	s.prometheus.await(t, `sum(benchmark_runs_total{status="cancelled"})`, 1)
	execute(slower)
	s.prometheus.await(t, `count(ALERTS{alertname="AureaThroughputDropped", alertstate="firing"})`, 1)
	time.Sleep(time.Until(s.last().End.Add(2 * time.Second))) // for two more scrapes
	s.prometheus.await(t, `up{job="aurea"}`, 1)
	s.end = time.Now()
	return s
}

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
		if len(series.numbers()) > 0 {
			return
		}
	}
	t.Errorf("%s shows nothing: %d series without a number for %s", where, len(found), expr)
}

// resting are the alerts for which nothing happened in the test: what they ask
// for has no series, but each metric that they name has.
var resting = []string{"AureaTargetDown", "AureaRunInvalid", "AureaGeneratorSaturated", "AureaQueueFull", "AureaResultsNotStored"}

// announced are metrics that an alert asks for before the service exports them.
var announced = []string{"benchmark_results_unstored_total"}

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
			if !slices.Contains(announced, name) {
				shows(t, s, r.Alert, name)
			}
		}
	}
}

// Every metric of ours is in some panel, and no panel shows one that is not.
func TestDashboardsShowEveryMetric(t *testing.T) {
	url, _ := aureatest.Serve(t)
	run(t, url, `{"num_jobs": 2, "rate": 1000, "workload": {"kind": "sleep", "duration": "1ms", "failure": {"rate": 1}}, "include_jobs": false}`)
	served := exported(t, url)
	shown := map[string]bool{}
	for _, b := range boards(t) {
		for _, e := range b.expressions() {
			for _, name := range metric.FindAllString(e.expr, -1) {
				if !served[name] {
					name = suffix.ReplaceAllString(name, "")
				}
				shown[name] = true
			}
		}
	}
	recorded := map[string]bool{"up": true, "ALERTS": true, "scrape_duration_seconds": true} // Prometheus' own
	for _, r := range rules(t) {
		recorded[r.Record] = true
	}
	for _, name := range announced {
		if served[name] {
			t.Errorf("%s is exported, and no longer only announced", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(served)) {
		if (strings.HasPrefix(name, "benchmark_") || strings.HasPrefix(name, "aurea_")) && !shown[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		if !served[name] && !recorded[name] {
			t.Errorf("a panel shows %s, which neither /metrics nor a rule has", name)
		}
	}
}

var (
	typed  = regexp.MustCompile(`(?m)^# TYPE (\w+) `)
	suffix = regexp.MustCompile(`_(bucket|sum|count)$`)
)

// exported lists the metrics that a service has.
func exported(t *testing.T, url string) map[string]bool {
	t.Helper()
	response, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read to its end
	exposition, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, match := range typed.FindAllStringSubmatch(string(exposition), -1) {
		names[match[1]] = true
	}
	return names
}
