package httpjob

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// An http job allocates nothing, whether its timeout is the run's or the kind's,
// also as a part or step.
func TestTimeoutsAllocateNothing(t *testing.T) {
	for _, within := range []string{"", "failure", "steps", "mix"} {
		for _, limit := range []string{"run", "kind"} {
			t.Run("http "+within+" by the "+limit, func(t *testing.T) {
				jobs := openMinimal(t, within)
				metrics, ctx := workload.NewJobMetrics(jobs.Metrics), workload.NewJobContext(t.Context())
				job := func() {
					var deadline time.Time
					if limit == "run" {
						deadline = time.Now().Add(time.Minute)
					}
					if err := jobs.Runner.Run(ctx.Until(deadline), 0, metrics); err != nil {
						t.Fatal(err)
					}
				}
				job() // the first connects
				if n := testing.AllocsPerRun(200, job); n != 0 {
					t.Errorf("%v allocations a job", n)
				}
			})
		}
	}
}

// A job is not ended by the deadline of the job before it.
func TestDeadlinesAreTheJobsOwn(t *testing.T) {
	jobs := openMinimal(t, "")
	ctx := workload.NewJobContext(t.Context())
	for range 20 {
		if err := jobs.Runner.Run(ctx.Until(time.Now().Add(time.Minute)), 0, workload.JobMetrics{}); err != nil {
			t.Fatal(err)
		}
		ctx.Until(time.Now().Add(-time.Hour))
	}
}

// A request has a timeout of its own, which replaces that of the kind.
func TestRequestTimeout(t *testing.T) {
	hang := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	got := runJob(t, hang.URL, `{"url": "$URL", "timeout": "30ms"}`, 0)
	if !errors.Is(got.Err, context.DeadlineExceeded) {
		t.Errorf("the job ended with %v, want its deadline", got.Err)
	}
	jobs := workloadtest.Open(t, local, call(map[string]any{"url": hang.URL, "timeout": "2m"}))
	if jobs.DefaultTimeout != 0 {
		t.Errorf("the default timeout is %v, want none beside the request's", jobs.DefaultTimeout)
	}
}
