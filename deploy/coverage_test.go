package deploy_test

import (
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// Every metric of Aurea is in some panel, and every panel's metrics exist.
func TestDashboardsShowEveryMetric(t *testing.T) {
	nats := aureatest.FreeAddress(t)
	url, _ := aureatest.Serve(t, "--nats-listen", nats)
	startWorker(t, nats)
	run(t, url, onWorkers)
	run(t, url, `{"num_jobs": 20, "rate": 1000, "workers": 1, "seed": 1, "workload": {"kind": "sleep", "duration": "1ms", "failure": {"rate": 0.5}}, "include_jobs": false}`)
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
	for _, name := range slices.Sorted(maps.Keys(served)) {
		own := strings.HasPrefix(name, "benchmark_") || strings.HasPrefix(name, "aurea_")
		if own && !shown[name] {
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

// exported returns the names of a service's metrics.
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
