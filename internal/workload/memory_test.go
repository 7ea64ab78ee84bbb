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

// A job writes and reads every byte, takes new pages from the system, and reports
// both.
func TestMemory(t *testing.T) {
	const bytes = 8 << 20
	for _, pattern := range []string{"sequential", "random"} {
		parameters := map[string]any{"bytes": jsonNumber(bytes), "pattern": pattern, "hold": "1ms"}
		jobs := open(t, Policy{}, "memory", parameters, 1)
		for job := range int64(3) {
			metrics := NewJobMetrics(jobs.Metrics)
			if err := jobs.Runner.Run(t.Context(), job, metrics); err != nil {
				t.Fatal(err)
			}
			if written := metrics.counters[memoryWritten]; written != bytes {
				t.Errorf("%s: job %d wrote %d bytes, want %d", pattern, job, written, bytes)
			}
			if read := metrics.counters[memoryReadBytes]; read != bytes {
				t.Errorf("%s: job %d read %d bytes, want %d", pattern, job, read, bytes)
			}
			if faults := metrics.counters[memoryFaults]; runtime.GOOS == "linux" && faults < bytes/(2<<20) {
				t.Errorf("%s: job %d had %d page faults, want one for each new page", pattern, job, faults)
			}
			for i, took := range metrics.phases {
				if took < 0 {
					t.Errorf("%s: job %d did not report its phase %s", pattern, job, jobs.Metrics.Phases[i])
				}
			}
			if hold := metrics.phases[memoryHold]; hold < time.Millisecond {
				t.Errorf("%s: job %d held its memory for %v, want 1ms", pattern, job, hold)
			}
		}
	}
}

// The memory of a job is resident while the job runs, and no longer. It is not
// on Go's heap.
func TestMemoryIsGivenBack(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("resident memory is read from /proc")
	}
	const bytes = 64 << 20
	before := resident(t)
	jobs := open(t, Policy{}, "memory", map[string]any{"bytes": jsonNumber(bytes), "hold": "1h"}, 1)
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
		t.Errorf("%d bytes are on the heap", stats.HeapAlloc)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
	if now := resident(t); now > before+bytes/2 {
		t.Errorf("%d bytes are resident after the job, %d before it", now, before)
	}
}

// resident returns the resident memory of this process.
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

// A plan whose jobs in flight exceed the limit is refused, also where the memory
// jobs are parts or steps. If the jobs in flight are not known, a job fails.
func TestMemoryLimit(t *testing.T) {
	policy := Policy{MaxMemory: 4 << 20}
	two := map[string]any{"kind": "memory", "bytes": jsonNumber(2 << 20), "hold": "1h"}
	const refused = "is too much: 3 in flight with 2 MiB of memory each; " +
		"this host gives all jobs together 4 MiB of memory (--max-memory)"
	for location, w := range map[string]aurea.Workload{
		"workload.bytes": {
			Kind: "memory", Parameters: map[string]any{"bytes": jsonNumber(2 << 20)},
		},
		"workload.steps[0].bytes": {
			Kind: "steps", Parameters: map[string]any{"steps": []any{two}},
		},
		"workload.parts[0].workload.bytes": {
			Kind: "mix", Parameters: map[string]any{"parts": []any{map[string]any{"workload": two}}},
		},
	} {
		if err := resolveError(policy, aurea.Plan{Workload: w, Concurrency: 2}); err != nil {
			t.Errorf("%s: %v", location, err)
		}
		err := resolveError(policy, aurea.Plan{Workload: w, Concurrency: 3})
		if want := location + ": " + refused; message(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
		if !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%s: %v is not an ErrInvalid", location, err)
		}
	}
	checkMeterIsShared(t, policy, two)
}

// checkMeterIsShared runs three jobs of two parts whose limit has room for two.
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
	err := <-ended
	if class := classOf(err); class != "limit" {
		t.Errorf("the job beyond the limit fails with class %q, want limit", class)
	}
	if !strings.Contains(message(err), "--max-memory") {
		t.Errorf("the job beyond the limit: %v, want the flag --max-memory named", err)
	}
	cancel()
	for range 2 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("a job within the limit: %v, want %v", err, context.Canceled)
		}
	}
}

// A job whose memory the system refuses fails with class out_of_memory. A system
// that overcommits gives the memory, and the job ends at its deadline.
func TestMoreMemoryThanTheMachineHas(t *testing.T) {
	jobs := open(t, Policy{MaxMemory: 1 << 50}, "memory", map[string]any{"bytes": jsonNumber(1 << 40)}, 1)
	if runtime.GOOS != "linux" {
		t.Skip("other systems may give it")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err := jobs.Runner.Run(ctx, 1, JobMetrics{})
	if classOf(err) != "out_of_memory" && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run = %v, want the class out_of_memory, or %v", err, context.DeadlineExceeded)
	}
}

// BenchmarkMemory measures a job that writes and reads 64 MiB.
func BenchmarkMemory(b *testing.B) {
	for _, pattern := range []string{"sequential", "random"} {
		b.Run(pattern, func(b *testing.B) {
			jobs := open(b, Policy{}, "memory", map[string]any{"bytes": jsonNumber(64 << 20), "pattern": pattern}, 1)
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
