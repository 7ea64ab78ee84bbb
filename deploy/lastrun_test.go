package deploy_test

import (
	"testing"
	"time"
)

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
