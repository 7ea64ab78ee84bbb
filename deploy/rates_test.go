package deploy_test

import (
	"math"
	"slices"
	"strconv"
	"testing"
	"time"
)

// checkRates compares rates with the last run. In a window without other jobs
// of its workload, the rate is the number of its jobs divided by the time from
// the first to the last sample, which is one scrape less than the window.
func checkRates(t *testing.T, s scenario, v viewer, b board) {
	last, window := s.last(), (v.rate - scrape).Seconds()
	v.values["workload"] = "sleep"
	v.checkPanel(t, s, b, "Live throughput", 1, 0.05, numbers{"sleep": last.Counts["ok"] / window}, "workload")
	v.checkPanel(t, s, b, "Offered and achieved", 1, 0.05, numbers{"": last.Counts["planned"] / window})
	v.checkPanel(t, s, b, "Offered and achieved", 2, 0.05, numbers{"": last.Counts["ok"] / window})
	v.checkPanel(t, s, b, "Errors", 0, 0, numbers{"": 0})

	// During the run the service's own throughput was that of some interval, or
	// 0 before the end of the first.
	live, err := s.prometheus.over("benchmark_throughput_jobs_per_second", last.Start.Add(2*time.Second), last.End)
	if err != nil || len(live) != 1 {
		t.Fatalf("%d live throughputs, %v", len(live), err)
	}
	for _, value := range live[0].numbers() {
		if value != 0 && !slices.ContainsFunc(last.Series,
			func(p point) bool { return math.Abs(p.Throughput-value) < 1e-6 }) {
			t.Errorf("live throughput %v, want one of %+v", value, last.Series)
		}
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// checkQuantiles checks that each quantile in a panel is in the classic bucket
// of the result's quantile or in the next one. Among the largest of 1,600 jobs,
// one job more or less changes the bucket; in the middle it does not.
func checkQuantiles(t *testing.T, s scenario, v viewer, b board) {
	v.values["workload"] = "sleep"
	last := s.last()
	for title, want := range map[string]quantiles{
		"Latency": last.Latency, "Service time": last.ServiceTime,
		"Delay": last.Delay,
	} {
		for i, exact := range []float64{want.P50, want.P95, want.P99, want.P999} {
			target := b.panel(t, title).Targets[i]
			found, err := s.prometheus.at(v.fill(t, target.Expr), s.end)
			if err != nil || len(found) != 1 {
				t.Errorf("%s %s: %d series, %v", title, target.RefID, len(found), err)
				continue
			}
			slack := 1
			if i == 0 && title != "Delay" {
				slack = 0
			}
			low, high := s.bucket(t, exact, slack)
			if got := number(found[0].Value); got < low*0.998 || got > high*1.002 {
				t.Errorf("%s %s is %v, want it in (%v, %v] around %v", title, target.RefID, got, low, high, exact)
			}
		}
	}
	within := v.fill(t, b.panel(t, "Latency, every job").Targets[0].Expr)
	increase := last.Counts["ok"] * v.rate.Seconds() / (v.rate - scrape).Seconds()
	checkNear(t, s, "Latency, every job", "max("+within+")", 0.05, numbers{"": increase})
}

// bucket returns the classic bucket of a duration, extended by slack buckets on
// either side.
func (s scenario) bucket(t *testing.T, seconds float64, slack int) (low, high float64) {
	t.Helper()
	buckets, err := s.prometheus.at("sum by (le) (benchmark_job_latency_seconds_bucket)", s.end)
	if err != nil || len(buckets) < 10 {
		t.Fatalf("%d buckets, %v", len(buckets), err)
	}
	var bounds []float64
	for _, bucket := range buckets {
		bound, err := strconv.ParseFloat(bucket.Metric["le"], 64)
		if err != nil {
			t.Fatal(err)
		}
		bounds = append(bounds, bound)
	}
	slices.Sort(bounds)
	i, _ := slices.BinarySearch(bounds, seconds)
	if below := i - 1 - slack; below >= 0 {
		low = bounds[below]
	}
	return low, bounds[min(i+slack, len(bounds)-1)]
}
