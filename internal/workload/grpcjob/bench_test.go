package grpcjob

import (
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// BenchmarkUnaryJob measures unary jobs on one connection, with the same message
// each and with one that each renders.
func BenchmarkUnaryJob(b *testing.B) {
	for name, message := range map[string]string{
		"fixed":    `{"payload": {"body": "aGVsbG8="}}`,
		"template": `{"payload": {"body": "{{base64 {{job}}}}"}}`,
	} {
		b.Run(name, func(b *testing.B) {
			jobs := workloadtest.Open(b, local, call(b, serve(b).target, "UnaryCall", `"message": `+message))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				metrics, ctx := workload.NewJobMetrics(jobs.Metrics), workload.NewJobContext(b.Context())
				for pb.Next() {
					if err := jobs.Runner.Run(ctx.Until(time.Now().Add(time.Minute)), 0, metrics); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
