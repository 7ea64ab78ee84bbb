package engine

import (
	"math"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Quantiles are those of the samples between two readings, since the runtime's
// histograms are cumulative.
func TestHistogramQuantile(t *testing.T) {
	histogram := func(counts ...uint64) *metrics.Float64Histogram {
		return &metrics.Float64Histogram{Counts: counts, Buckets: []float64{math.Inf(-1), 1, 2, 3, math.Inf(1)}}
	}
	before := histogram(5, 100, 7, 0)
	for _, test := range []struct {
		after   *metrics.Float64Histogram
		q, want float64
	}{
		{before, 1, 0}, // nothing happened
		{histogram(6, 100, 7, 0), 1, 1},
		{histogram(5, 101, 7, 0), 0.99, 2},
		{histogram(5, 199, 8, 0), 0.99, 2}, // 99 of 100 are in the second bucket
		{histogram(5, 198, 9, 0), 0.99, 3},
		{histogram(5, 199, 8, 0), 1, 3},
		{histogram(5, 100, 7, 1), 1, 3}, // beyond the last bound there is no other
	} {
		if got := quantile(before, test.after, test.q); got != test.want {
			t.Errorf("%v of %v: %v, want %v", test.q, test.after.Counts, got, test.want)
		}
	}
}

// The health of the time between two readings is what the process did in it.
func TestProcessStats(t *testing.T) {
	before := readProcessStats()
	after := before
	for after.cpu-before.cpu < 10*time.Millisecond { // endless where CPU time is not read
		spin(time.Millisecond)
		after = readProcessStats()
	}
	health := after.healthSince(before, runtime.GOMAXPROCS(0))
	if health.CPU <= 0 || health.CPU > 1.1 {
		t.Errorf("the process used %v of its cores, want more than 0 and at most all", health.CPU)
	}
	for name, value := range map[string]float64{
		"steal": health.Steal, "throttled": health.Throttled, "longest GC pause": health.GCPauseMax,
		"scheduler latency": health.SchedulerLatency,
	} {
		if value < 0 {
			t.Errorf("%s: %v, want at least 0", name, value)
		}
	}
	if same := before.healthSince(before, 1); same != (aurea.Health{}) {
		t.Errorf("in no time: %+v", same)
	}
}
