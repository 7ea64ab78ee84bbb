package server

import (
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A run of one job that takes no time, by eight clients that keep their
// connections: everything around the jobs, and every run durable.
func BenchmarkRun(b *testing.B) {
	s := serve(b, runs.Options{Queue: 16})
	b.SetParallelism(4) // of two cores
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if got := s.run(`{"num_jobs": 1, "job_duration_ms": 0}`); got.status != 200 || !strings.Contains(string(got.body), `"jobs":[{`) {
				b.Errorf("%d %s", got.status, got.body)
			}
		}
	})
}
