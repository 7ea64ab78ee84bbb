package engine

import (
	"math"
	"os"
	"path/filepath"
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
	for after.cpu-before.cpu < 10*time.Millisecond { // which never comes where CPU time is not read
		spin(time.Millisecond)
		after = readProcessStats()
	}
	health := after.healthSince(before, runtime.GOMAXPROCS(0))
	if health.CPU <= 0 || health.CPU > 1.1 || health.Steal < 0 || health.Throttled < 0 || health.GCPauseMax < 0 ||
		health.SchedulerLatency < 0 {
		t.Errorf("%+v", health)
	}
	if same := before.healthSince(before, 1); same != (aurea.Health{}) {
		t.Errorf("in no time: %+v", same)
	}
}

// group returns a cgroup directory with the given files.
func group(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestCgroup(t *testing.T) {
	for _, test := range []struct {
		cpu, memory string
		want        aurea.Cgroup
	}{
		{"150000 100000\n", "1073741824\n", aurea.Cgroup{CPULimit: 1.5, MemoryLimit: 1 << 30}},
		{"max 100000\n", "max\n", aurea.Cgroup{}},
		{"", "", aurea.Cgroup{}},
		{"100 0\n", "none\n", aurea.Cgroup{}},
	} {
		root := group(t, map[string]string{"cpu.max": test.cpu, "memory.max": test.memory})
		if got := cgroup(root); got != test.want {
			t.Errorf("%q, %q: %+v, want %+v", test.cpu, test.memory, got, test.want)
		}
	}
	if got := cgroup(filepath.Join(t.TempDir(), "absent")); got != (aurea.Cgroup{}) {
		t.Errorf("without a cgroup: %+v", got)
	}
}
