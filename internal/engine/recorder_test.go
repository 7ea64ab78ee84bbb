package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// jobTime is how long a job of these tests takes. No job ends at the end of an
// interval.
const jobTime = 70 * time.Millisecond

// failing runs a job of the given class: "" succeeds, "timeout" takes too long.
func failing(ctx context.Context, class string) error {
	if class == "timeout" {
		<-ctx.Done()
		return ctx.Err()
	}
	time.Sleep(jobTime)
	switch class {
	case "":
		return nil
	case "error":
		return errors.New("something")
	default:
		return &workload.Failure{Class: class, Err: errors.New(class)}
	}
}

// observed executes a plan and returns the errors of every interval.
func observed(t *testing.T, spec string, jobs workload.Runner) (intervals []map[string]int64, result *endedRun) {
	t.Helper()
	observe := func(p aurea.Progress) {
		classes := map[string]int64{}
		for _, e := range p.Errors() {
			classes[e.Class] = e.Count
		}
		intervals = append(intervals, classes)
	}
	e, p := fake(), plan(t, spec)
	var err error
	if jobs == nil {
		result, err = e.run(t.Context(), p, nil, observe)
	} else {
		result, err = e.runJobs(t.Context(), p, workload.Jobs{Runner: jobs}, nil, observe)
	}
	if err != nil {
		t.Fatal(err)
	}
	return intervals, result
}

// Recording a job that succeeded allocates nothing.
func TestRecordAllocatesNothing(t *testing.T) {
	x := newExecution(t.Context(), plan(t, `{"num_jobs": 10}`), workload.Jobs{Runner: napping(0)}, nil)
	r := newRecorder(x)
	e := endedJob{outcome: aurea.OK, end: time.Millisecond}
	r.record(e) // the first allocates the bucket of its duration
	if n := testing.AllocsPerRun(100, func() { r.record(e) }); n != 0 {
		t.Errorf("%v allocations a job", n)
	}
}

// Every interval has its exact errors, in the warm-up too. The result has the
// sum of the judged ones.
func TestErrorsOfIntervals(t *testing.T) {
	const jobs = 60
	load := `{"num_jobs": 60, "concurrency": 1, "warmup": "1s", "timeout": "70ms"`
	for name, test := range map[string]struct {
		spec    string
		classes []string // of job i, in turns
		runner  bool
	}{
		"worker pool": {load + `}`, []string{"status", "", "error", "timeout", "status", ""}, true},
		"event loops": {load + `, "workload": {"kind": "sleep", "duration": "70ms", "failure": {"rate": 1}}}`,
			[]string{"injected"}, false},
		"hanging event loops": {load + `, "workload": {"kind": "sleep", "duration": "1ms", "failure": {"rate": 1, "kind": "timeout"}}}`, []string{"injected"}, false},
		"hanging worker pool": {load + `, "workload": {"kind": "steps", "steps": [{"kind": "sleep"}], "failure": {"rate": 1, "kind": "timeout"}}}`, []string{"injected"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				classOf := func(job int64) string { return test.classes[job%int64(len(test.classes))] }
				want, judged := make([]map[string]int64, 5), map[string]int64{}
				for job := range int64(jobs) {
					start := time.Duration(job) * jobTime
					i := (start + jobTime) / Interval
					if want[i] == nil {
						want[i] = map[string]int64{}
					}
					if class := classOf(job); class != "" {
						want[i][class]++
						if start >= time.Second {
							judged[class]++
						}
					}
				}
				var work workload.Runner
				if test.runner {
					work = runner(func(ctx context.Context, job int64) error { return failing(ctx, classOf(job)) })
				}
				intervals, result := observed(t, test.spec, work)
				if diff := cmp.Diff(want, intervals); diff != "" {
					t.Errorf("errors of the intervals (-want +got):\n%s", diff)
				}
				got := map[string]int64{}
				for _, e := range result.Errors {
					got[e.Class] = e.Count
				}
				if diff := cmp.Diff(judged, got); diff != "" {
					t.Errorf("errors of the result (-want +got):\n%s", diff)
				}
			})
		})
	}
}
