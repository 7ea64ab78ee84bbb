package engine

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// plan decodes a spec as users write it.
func plan(t testing.TB, spec string) aurea.Plan {
	t.Helper()
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	return aurea.NewPlan(decoded, 1)
}

func ignore(aurea.Progress) {}

// BenchmarkNoop measures the generator's ceiling: starting, timing and counting
// a job that does nothing.
func BenchmarkNoop(b *testing.B) {
	for _, concurrency := range []string{"1", "2", "100"} {
		for _, records := range []string{"false", "true"} {
			b.Run("concurrency="+concurrency+"/records="+records, func(b *testing.B) {
				p := plan(b, `{"num_jobs": 10000000, "workload": {"kind": "noop"}, "concurrency": `+concurrency+`, "include_jobs": `+records+`}`)
				e := New("test", everyKind)
				b.ReportAllocs()
				var jobs, seconds float64
				for b.Loop() {
					result, err := e.run(context.Background(), p, nil, ignore)
					if err != nil {
						b.Fatal(err)
					}
					jobs += float64(result.CompletedJobs)
					seconds += result.Duration
				}
				b.ReportMetric(jobs/seconds, "jobs/s")
			})
		}
	}
}

// BenchmarkNoopFloor measures the least that BenchmarkNoop's jobs can cost: one
// clock read a job, and its record. The rest of BenchmarkNoop is what the engine
// adds.
func BenchmarkNoopFloor(b *testing.B) {
	const jobs = 5_000_000
	var begun time.Duration
	for b.Loop() {
		start := time.Now()
		var loops sync.WaitGroup
		for range 2 {
			loops.Go(func() {
				set, last := newTallySet(false), time.Since(start)
				for range jobs {
					now := time.Since(start)
					set.judged.Started++
					set.end(aurea.OK, last, last, now, 0)
					last = now
				}
			})
		}
		loops.Wait()
		begun += time.Since(start)
	}
	b.ReportMetric(2*jobs*float64(b.N)/begun.Seconds(), "jobs/s")
}

// BenchmarkBehind measures a job's cost where event loops never sleep, because
// jobs are due faster than they can be run. It covers both models. Its CPU time
// is comparable on a busy machine, too.
func BenchmarkBehind(b *testing.B) {
	for name, load := range map[string]string{
		"closed": `"concurrency": 1000, "workload": {"kind": "sleep", "duration": "10us", "jitter": 1}`,
		"open":   `"rate": 100000000, "concurrency": 1000, "workload": {"kind": "noop"}`,
	} {
		b.Run("model="+name, func(b *testing.B) {
			p := plan(b, `{"num_jobs": 2000000, "include_jobs": false, `+load+`}`)
			e := New("test", everyKind)
			for b.Loop() {
				if _, err := e.run(context.Background(), p, nil, ignore); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAllAtOnce starts sleeping jobs all at once and reports how late they
// start, and the CPU time that the start and the end of a job take together.
func BenchmarkAllAtOnce(b *testing.B) {
	for _, jobs := range []int{10_000, 1_000_000, 10_000_000} {
		b.Run("jobs="+itoa(jobs), func(b *testing.B) {
			p := plan(b, `{"num_jobs": `+itoa(jobs)+`, "job_duration_ms": 1000, "include_jobs": false}`)
			e := New("test", everyKind)
			before := platform.ProcessCPU()
			for b.Loop() {
				result, err := e.run(context.Background(), p, nil, ignore)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(result.Duration, "s/run")
				b.ReportMetric(result.Delay.Max*1e3, "max-delay-ms")
			}
			used := platform.ProcessCPU() - before
			b.ReportMetric(float64(used.Nanoseconds())/float64(b.N)/float64(jobs), "cpu-ns/job")
		})
	}
}

// BenchmarkOvershoot reports how much longer than 100 ms 10,000 parallel sleeps
// of exactly 100 ms take. It reads the records, since the histogram's 0.1 % is
// too coarse.
func BenchmarkOvershoot(b *testing.B) {
	p := plan(b, `{"num_jobs": 10000, "workload": {"kind": "sleep", "duration": "100ms"}}`)
	e := New("test", everyKind)
	for b.Loop() {
		result, err := e.run(context.Background(), p, nil, ignore)
		if err != nil {
			b.Fatal(err)
		}
		var over []time.Duration
		for job := range result.Jobs.All() {
			over = append(over, job.End-job.Start-100*time.Millisecond)
		}
		slices.Sort(over)
		b.ReportMetric(float64(over[len(over)/2])/1e3, "p50-µs")
		b.ReportMetric(float64(over[len(over)*99/100])/1e3, "p99-µs")
	}
}

// BenchmarkOpen runs ten seconds of a rate and reports whether it was kept, and
// how late jobs started.
func BenchmarkOpen(b *testing.B) {
	for _, rate := range []int{1000, 200_000} {
		b.Run("rate="+itoa(rate), func(b *testing.B) {
			p := plan(b, `{"rate": `+itoa(rate)+`, "duration": "10s", "workload": {"kind": "noop"}, "include_jobs": false}`)
			e := New("test", everyKind)
			for b.Loop() {
				result, err := e.run(context.Background(), p, nil, ignore)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(result.Rate.Achieved/result.Rate.Target, "achieved/target")
				b.ReportMetric(result.Delay.P50*1e6, "delay-p50-µs")
				b.ReportMetric(result.Delay.P99*1e6, "delay-p99-µs")
			}
		})
	}
}

func itoa(n int) string {
	encoded, _ := json.Marshal(n)
	return string(encoded)
}
