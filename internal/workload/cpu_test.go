package workload

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

// The kernel is portable: what it computes is the same everywhere, and depends
// on every round.
func TestComputeIsFixed(t *testing.T) {
	for x, want := range map[uint64]uint64{0: 0x5fb424a26e769685, 1: 0x5fb424a26e769685, 42: 0xe19845e040cefce7} {
		if got := compute(x); got != want {
			t.Errorf("compute(%d) = %#x, want %#x", x, got, want)
		}
	}
}

func computing(t testing.TB, work int) Runner {
	t.Helper()
	number, _ := json.Marshal(work)
	return open(t, Policy{}, "cpu", map[string]any{"work": json.Number(number)}, 1).Runner
}

// A job that would compute for days ends when its time is over.
func TestComputingStops(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := computing(t, 1e9).Run(ctx, 1, JobMetrics{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run: %v, want the context's error", err)
	}
}

// BenchmarkCompute reports what a unit of work takes on this machine.
func BenchmarkCompute(b *testing.B) {
	jobs := computing(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		_ = jobs.Run(b.Context(), 1, JobMetrics{})
	}
}

// BenchmarkKernel reports how many units a core does a second with nothing
// around them.
func BenchmarkKernel(b *testing.B) {
	x := uint64(1)
	for b.Loop() {
		x = compute(x)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "units/s")
}
