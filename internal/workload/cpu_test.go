package workload

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A unit of work is the same on every machine: its result, which depends on all
// of its rounds, is a constant.
func TestComputeIsTheSameEverywhere(t *testing.T) {
	for x, want := range map[uint64]uint64{
		0:  0x5fb424a26e769685,
		1:  0x5fb424a26e769685,
		42: 0xe19845e040cefce7,
	} {
		if got := compute(x); got != want {
			t.Errorf("compute(%d) = %#x, want %#x", x, got, want)
		}
	}
}

// openCPU returns cpu jobs of the given units.
func openCPU(t testing.TB, work int64) Runner {
	t.Helper()
	return open(t, Policy{}, "cpu", map[string]any{"work": jsonNumber(work)}, 1).Runner
}

// A job that would compute for days ends at its deadline.
func TestCPUStopsAtItsDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := openCPU(t, 1e9).Run(ctx, 1, JobMetrics{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run = %v, want %v", err, context.DeadlineExceeded)
	}
}

// BenchmarkCompute measures a job of one unit of work.
func BenchmarkCompute(b *testing.B) {
	jobs := openCPU(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		_ = jobs.Run(b.Context(), 1, JobMetrics{})
	}
}

// BenchmarkKernel measures the units of work a second of one core, without the
// job around them.
func BenchmarkKernel(b *testing.B) {
	x := uint64(1)
	for b.Loop() {
		x = compute(x)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "units/s")
}
