package deploy_test

import (
	"math"
	"strings"
	"testing"
)

// checkOnNative does the same with a Prometheus that keeps native histograms
// and drops classic buckets: every panel and rule with a histogram shows
// values, and quantiles and ratios are correct.
func checkOnNative(t *testing.T, s scenario) {
	classic := s.prometheus
	s.prometheus = s.native
	if found, err := s.native.at("benchmark_job_latency_seconds_bucket", s.end); err != nil || len(found) > 0 {
		t.Fatalf("%d series of classic buckets, %v; want none", len(found), err)
	}
	asked := 0
	for _, b := range boards(t) {
		v := s.newViewer(t, b)
		for _, e := range b.expressions() {
			if strings.Contains(e.expr, "benchmark_job_") && strings.Contains(e.expr, "_bucket") {
				asked++
				checkShowsNumber(t, s, e.where, v.fill(t, e.expr))
			}
		}
	}
	if asked == 0 {
		t.Error("no panel uses a histogram")
	}
	for _, r := range rules(t) {
		if r.Record != "" && strings.Contains(r.Expr, "_bucket") {
			checkShowsNumber(t, s, r.Record, r.Record)
		}
	}
	slow := "workload:benchmark_job_latency_slow:ratio_rate5m"
	found, err := classic.at(slow, s.end)
	if err != nil || len(found) == 0 {
		t.Fatalf("%d series of %s, %v", len(found), slow, err)
	}
	want := numbers{}
	for _, series := range found {
		want[series.key([]string{"workload"})] = number(series.Value)
	}
	checkNear(t, s, slow, slow, 0.01, want, "workload")
	checkNativeQuantiles(t, s)
}

// checkNativeQuantiles checks that each quantile of the last run is within a
// native bucket, 9 % wide, of the result's, and the largest within two.
func checkNativeQuantiles(t *testing.T, s scenario) {
	overview := boards(t)[0]
	v := s.newViewer(t, overview)
	v.from, v.rate = s.idleFrom, s.end.Sub(s.idleFrom)
	v.values["workload"] = "sleep"
	last := s.last()
	for title, want := range map[string]quantiles{"Latency": last.Latency, "Service time": last.ServiceTime} {
		for i, exact := range []float64{want.P50, want.P95, want.P99, want.P999} {
			target := overview.panel(t, title).Targets[i]
			found, err := s.prometheus.at(v.fill(t, target.Expr), s.end)
			if err != nil || len(found) != 1 {
				t.Errorf("%s %s: %d series, %v", title, target.RefID, len(found), err)
				continue
			}
			width := 0.10
			if exact == want.P999 {
				width = 0.20
			}
			if got := number(found[0].Value); math.Abs(got-exact) > width*exact {
				t.Errorf("%s %s is %v, want it within %v of %v", title, target.RefID, got, width, exact)
			}
		}
	}
}
