package workload

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func number64(n int64) json.Number {
	encoded, _ := json.Marshal(n)
	return json.Number(encoded)
}

// A job goes through every byte, has its pages anew, and says so.
func TestMemory(t *testing.T) {
	const bytes = 8 << 20
	for _, pattern := range []string{"sequential", "random"} {
		jobs := open(t, Policy{}, "memory", map[string]any{"bytes": number64(bytes), "pattern": pattern, "hold": "1ms"}, 1)
		for job := range int64(3) {
			metrics := NewJobMetrics(jobs.Metrics)
			if err := jobs.Runner.Run(t.Context(), job, metrics); err != nil {
				t.Fatal(err)
			}
			if metrics.counters[memoryWritten] != bytes || metrics.counters[memoryReadBytes] != bytes {
				t.Errorf("%s: counted %v, want %d bytes", pattern, metrics.counters, bytes)
			}
			if faults := metrics.counters[memoryFaults]; runtime.GOOS == "linux" && faults < bytes/(2<<20) {
				t.Errorf("%s: job %d had %d page faults, want its pages anew", pattern, job, faults)
			}
			for i, took := range metrics.phases {
				if took < 0 || i == memoryHold && took < time.Millisecond {
					t.Errorf("%s: phase %s took %v", pattern, jobs.Metrics.Phases[i], took)
				}
			}
		}
	}
}

// While jobs hold memory it is the process's, and no longer; the collector has
// nothing to do with it.
func TestMemoryIsGivenBack(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("resident memory is read from /proc")
	}
	const bytes = 64 << 20
	before := resident(t)
	jobs := open(t, Policy{}, "memory", map[string]any{"bytes": number64(bytes), "hold": "1h"}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error)
	go func() { ended <- jobs.Runner.Run(ctx, 1, JobMetrics{}) }()
	for resident(t) < before+bytes-(8<<20) {
		time.Sleep(time.Millisecond)
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	if stats.HeapAlloc > bytes {
		t.Errorf("%d bytes on the heap", stats.HeapAlloc)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled job: %v", err)
	}
	if now := resident(t); now > before+bytes/2 {
		t.Errorf("%d bytes resident, %d before", now, before)
	}
}

func resident(t *testing.T) int64 {
	t.Helper()
	content, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := json.Number(strings.Fields(string(content))[1]).Int64()
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// What would pass the host's limit is refused beforehand where that can be known,
// also within other workloads, and fails where it cannot.
func TestMemoryLimit(t *testing.T) {
	policy := Policy{MaxMemory: 4 << 20}
	two := map[string]any{"kind": "memory", "bytes": number64(2 << 20), "hold": "1h"}
	const refused = "is too much: 3 in flight with 2 MiB of memory each; this host gives all jobs together 4 MiB of memory (--max-memory)"
	for location, w := range map[string]aurea.Workload{
		"workload.bytes":                   {Kind: "memory", Parameters: map[string]any{"bytes": number64(2 << 20)}},
		"workload.steps[0].bytes":          {Kind: "steps", Parameters: map[string]any{"steps": []any{two}}},
		"workload.parts[0].workload.bytes": {Kind: "mix", Parameters: map[string]any{"parts": []any{map[string]any{"workload": two}}}},
	} {
		if err := check(policy, aurea.Plan{Workload: w, Concurrency: 2}); err != nil {
			t.Errorf("%s: %v", location, err)
		}
		err := check(policy, aurea.Plan{Workload: w, Concurrency: 3})
		if want := location + ": " + refused; err == nil || err.Error() != want || !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	checkMeterIsShared(t, policy, two)
}

// checkMeterIsShared runs three jobs of two parts where there is room for two.
func checkMeterIsShared(t *testing.T, policy Policy, two map[string]any) {
	t.Helper()
	jobs := open(t, policy, "mix", map[string]any{"parts": []any{
		map[string]any{"workload": two, "name": "a"}, map[string]any{"workload": two, "name": "b"},
	}}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error)
	for job := range int64(3) {
		go func() { ended <- jobs.Runner.Run(ctx, job, JobMetrics{}) }()
	}
	var failure *Failure
	if err := <-ended; !errors.As(err, &failure) || failure.Class != "limit" || !strings.Contains(err.Error(), "--max-memory") {
		t.Errorf("one of three jobs where there is room for two: %v", err)
	}
	cancel()
	for range 2 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("a job that found room: %v", err)
		}
	}
}

func TestMemoryThatThereIsNot(t *testing.T) {
	jobs := open(t, Policy{MaxMemory: 1 << 50}, "memory", map[string]any{"bytes": number64(1 << 40)}, 1)
	if runtime.GOOS != "linux" {
		t.Skip("what the system gives differs")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	var failure *Failure
	err := jobs.Runner.Run(ctx, 1, JobMetrics{})
	if refused := errors.As(err, &failure) && failure.Class == "out_of_memory"; !refused && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a terabyte: %v, want out_of_memory, or no time to touch it", err)
	}
}

// BenchmarkMemory reports what a pass costs.
func BenchmarkMemory(b *testing.B) {
	for _, pattern := range []string{"sequential", "random"} {
		b.Run(pattern, func(b *testing.B) {
			jobs := open(b, Policy{}, "memory", map[string]any{"bytes": number64(64 << 20), "pattern": pattern}, 1)
			b.SetBytes(2 * 64 << 20)
			b.ReportAllocs()
			for b.Loop() {
				if err := jobs.Runner.Run(b.Context(), 1, JobMetrics{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
