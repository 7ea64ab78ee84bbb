package deploy_test

import (
	"slices"
	"testing"
	"time"
)

// checkLastRun compares the metrics of the last run with its result.
func checkLastRun(t *testing.T, s scenario, b board) {
	v, last := s.newViewer(t, b), s.last()
	v.checkPanel(t, s, b, "Throughput", 0, 0, numbers{"": last.Throughput})
	v.checkPanel(t, s, b, "Mean latency", 0, 0, numbers{"": last.MeanLatency})
	v.checkPanel(t, s, b, "Validity", 0, 0,
		numbers{"": map[string]float64{"valid": 1, "degraded": 0.5, "invalid": 0}[last.Validity.State]})
	v.checkPanel(t, s, b, "Verdict of the run", 0, 0, numbers{last.Verdict: 1}, "verdict")
	v.checkPanel(t, s, b, "Throughput of the run", 0, 0, numbers{"": last.Throughput})
	v.checkPanel(t, s, b, "Errors of the run", 0, 0, numbers{"": 0})
	v.checkPanel(t, s, b, "Cost of the run", 0, 0, numbers{"USD": last.TotalCost}, "currency")
	v.checkPanel(t, s, b, "Duration of the run", 0, 0, numbers{"": last.Duration})
	v.checkPanel(t, s, b, "Latency of the run", 0, 0, last.Latency.numbers(), "quantile")
	v.checkPanel(t, s, b, "Jobs of the run", 0, 0,
		numbers{"ok": last.Counts["ok"], "failed": 0, "timeout": 0, "cancelled": 0, "dropped": 0, "lost": 0}, "outcome")
}

func (q quantiles) numbers() numbers {
	return numbers{"0.5": q.P50, "0.9": q.P90, "0.95": q.P95, "0.99": q.P99, "0.999": q.P999}
}

// checkRun compares the dashboard of one run with the results of that run, of
// the previous run of its name, and of the first.
func checkRun(t *testing.T, s scenario, b board) {
	v := s.newViewer(t, b)
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
	v.checkPanel(t, s, b, "The runs", 3, 0, throughputs, "run_id")
	v.checkPanel(t, s, b, "The runs", 5, 0, p99s, "run_id")
	v.checkPanel(t, s, b, "The runs", 7, 0, errors, "run_id")
	v.checkPanel(t, s, b, "Change of throughput", 0, 0, numbers{"": last.Throughput/previous.Throughput - 1})
	v.checkPanel(t, s, b, "Change of throughput", 1, 0, numbers{"": last.Throughput/first.Throughput - 1})
	v.checkPanel(t, s, b, "Change of p99 latency", 0, 0, numbers{"": last.Latency.P99/previous.Latency.P99 - 1})
	usual := median([]float64{s.results[0].Throughput, s.results[1].Throughput, s.results[2].Throughput})
	checkNear(t, s, "median", "name:benchmark_throughput:median7d", 0, numbers{"main sleep": usual}, "name", "workload")

	// The other runs, shifted in time, appear within this run.
	for i := range 3 {
		target := b.panel(t, "Throughput while it ran").Targets[i]
		found, err := s.prometheus.over(v.fill(t, target.Expr), last.Start.Add(-time.Second), last.End.Add(time.Second))
		if err != nil || len(found) != 1 {
			t.Errorf("%s shows %d series beside the run, %v; want one", target.LegendFormat, len(found), err)
			continue
		}
		if len(found[0].Values) == 0 {
			t.Errorf("%s shows a series without values beside the run", target.LegendFormat)
		}
	}
}

// checkWorkersRun compares the row of workers with the result of the run on
// workers, and with what was there while it ran.
func checkWorkersRun(t *testing.T, s scenario, b board) {
	v, of := s.newViewer(t, b), s.workersRun
	v.values["run"] = of.ID
	v.checkPanel(t, s, b, "Start of its workers", 0, 0, numbers{"": of.Workers.Spread})
	v.checkPanel(t, s, b, "Start of its workers", 1, 0, numbers{"": of.Workers.Bound})
	for _, shown := range []struct {
		title         string
		query         int
		label, value  string // of the series
		least, atMost float64
	}{
		{"Workers while it ran", 0, "state", "running", 1, 1},
		{"Workers while it ran", 0, "state", "gone", 0, 0},
		{"Workers while it ran", 1, "", "", 1, 1},
		{"Reports while it ran", 0, "outcome", "folded", 0.1, 1.5},
		{"Reports while it ran", 0, "outcome", "refused", 0, 0},
		{"Throughput of its workers", 0, "worker", "one", 1, 200},
	} {
		expr := v.fill(t, b.panel(t, shown.title).Targets[shown.query].Expr)
		found, err := s.prometheus.over(expr, of.Start, of.End)
		if err != nil {
			t.Errorf("%s: %v: %s", shown.title, err, expr)
			continue
		}
		largest := -1.0
		for _, series := range found {
			if series.Metric[shown.label] == shown.value {
				largest = slices.Max(append(series.numbers(), largest))
			}
		}
		if largest < shown.least || largest > shown.atMost {
			t.Errorf("%s shows at most %v %s, want %v to %v", shown.title, largest, shown.value, shown.least,
				shown.atMost)
		}
	}
}
