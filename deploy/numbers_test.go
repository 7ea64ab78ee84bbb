package deploy_test

import (
	"math"
	"slices"
	"strconv"
	"testing"
	"time"
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

// rightLastRun holds the metrics of the last run to its result.
func rightLastRun(t *testing.T, s stage, b board) {
	v, last := s.look(t, b), s.last()
	v.panel(t, s, b, "Throughput", 0, 0, numbers{"": last.Throughput})
	v.panel(t, s, b, "Mean latency", 0, 0, numbers{"": last.MeanLatency})
	v.panel(t, s, b, "Validity", 0, 0, numbers{"": map[string]float64{"valid": 1, "degraded": 0.5, "invalid": 0}[last.Validity.State]})
	v.panel(t, s, b, "Verdict of the run", 0, 0, numbers{last.Verdict: 1}, "verdict")
	v.panel(t, s, b, "Throughput of the run", 0, 0, numbers{"": last.Throughput})
	v.panel(t, s, b, "Errors of the run", 0, 0, numbers{"": 0})
	v.panel(t, s, b, "Cost of the run", 0, 0, numbers{"USD": last.TotalCost}, "currency")
	v.panel(t, s, b, "Duration of the run", 0, 0, numbers{"": last.Duration})
	v.panel(t, s, b, "Latency of the run", 0, 0, last.Latency.numbers(), "quantile")
	v.panel(t, s, b, "Jobs of the run", 0, 0, numbers{"ok": last.Counts["ok"], "failed": 0, "timeout": 0, "cancelled": 0, "dropped": 0, "lost": 0}, "outcome")
}

func (q quantiles) numbers() numbers {
	return numbers{"0.5": q.P50, "0.9": q.P90, "0.95": q.P95, "0.99": q.P99, "0.999": q.P999}
}

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

// rightRun holds the dashboard of one run to the results of that run, of the
// one before it of its name, and of the first.
func rightRun(t *testing.T, s stage, b board) {
	v := s.look(t, b)
	first, previous, last := s.results[0], s.results[2], s.last()
	for name, want := range map[string]string{"run": last.ID, "previous": previous.ID, "baseline": first.ID} {
		if got := v.values[name]; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	throughputs, errors, p99s := numbers{}, numbers{}, numbers{}
	for _, r := range []result{first, previous, last} {
		throughputs[r.ID], errors[r.ID], p99s[r.ID] = r.Throughput, 0, r.Latency.P99
	}
	v.panel(t, s, b, "The runs", 3, 0, throughputs, "run_id")
	v.panel(t, s, b, "The runs", 5, 0, p99s, "run_id")
	v.panel(t, s, b, "The runs", 7, 0, errors, "run_id")
	v.panel(t, s, b, "Change of throughput", 0, 0, numbers{"": last.Throughput/previous.Throughput - 1})
	v.panel(t, s, b, "Change of throughput", 1, 0, numbers{"": last.Throughput/first.Throughput - 1})
	v.panel(t, s, b, "Change of p99 latency", 0, 0, numbers{"": last.Latency.P99/previous.Latency.P99 - 1})
	usual := median([]float64{s.results[0].Throughput, s.results[1].Throughput, s.results[2].Throughput})
	near(t, s, "median", "name:benchmark_throughput:median7d", 0, numbers{"main sleep": usual}, "name", "workload")

	// Moved in time, the others lie within this run.
	for i := range 3 {
		target := b.panel(t, "Throughput while it ran").Targets[i]
		found, err := s.prometheus.over(v.fill(t, target.Expr), last.Start.Add(-time.Second), last.End.Add(time.Second))
		if err != nil || len(found) != 1 || len(found[0].Values) == 0 {
			t.Errorf("%s shows %d series beside the run, %v", target.LegendFormat, len(found), err)
		}
	}
}
