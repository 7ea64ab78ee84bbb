package deploy_test

import (
	"math"
	"slices"
	"strconv"
	"testing"
	"time"
)

// rightRates holds rates to the last run: in a window in which no other run had
// jobs of its workload, the rate is the number of its jobs, divided by the time
// from the first sample to the last, which is a scrape less than the window.
func rightRates(t *testing.T, s stage, v viewer, b board) {
	last, window := s.last(), (v.rate - scrape).Seconds()
	v.values["workload"] = "sleep"
	v.panel(t, s, b, "Live throughput", 1, 0.05, numbers{"sleep": last.Counts["ok"] / window}, "workload")
	v.panel(t, s, b, "Offered and achieved", 1, 0.05, numbers{"": last.Counts["planned"] / window})
	v.panel(t, s, b, "Offered and achieved", 2, 0.05, numbers{"": last.Counts["ok"] / window})
	v.panel(t, s, b, "Errors", 0, 0, numbers{"": 0})

	// While the run went on, the service's own figure was that of some interval, or
	// 0 before the first was over.
	live, err := s.prometheus.over("benchmark_throughput_jobs_per_second", last.Start.Add(2*time.Second), last.End)
	if err != nil || len(live) != 1 {
		t.Fatalf("%d live throughputs, %v", len(live), err)
	}
	for _, value := range live[0].numbers() {
		if value != 0 && !slices.ContainsFunc(last.Series, func(p point) bool { return math.Abs(p.Throughput-value) < 1e-6 }) {
			t.Errorf("live throughput %v, want one of %+v", value, last.Series)
		}
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// rightQuantiles wants each quantile of the pictures in the bucket that has the
// result's, or in the next to it: one job more or less makes another one of the
// largest of 1,600. That does not matter in the middle.
func rightQuantiles(t *testing.T, s stage, v viewer, b board) {
	v.values["workload"] = "sleep"
	last := s.last()
	for title, want := range map[string]quantiles{"Latency": last.Latency, "Service time": last.ServiceTime, "Delay": last.Delay} {
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
	near(t, s, "Latency, every job", "max("+within+")", 0.05, numbers{"": increase})
}

// bucket finds the classic bucket that a duration falls into, and as many on
// either side as there is slack.
func (s stage) bucket(t *testing.T, seconds float64, slack int) (low, high float64) {
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
