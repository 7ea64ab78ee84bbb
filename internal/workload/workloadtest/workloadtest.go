// Package workloadtest helps to test workloads: it opens them from JSON and
// runs single jobs as the engine does.
package workloadtest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// Parse decodes a JSON object.
func Parse(t testing.TB, text string) map[string]any {
	t.Helper()
	object, err := param.DecodeObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// Workload decodes a workload.
func Workload(t testing.TB, text string) aurea.Workload {
	t.Helper()
	var w aurea.Workload
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// Open opens a workload for the length of the test, with seed 1.
func Open(t testing.TB, set *workload.Set, w aurea.Workload) workload.Jobs {
	t.Helper()
	spec := aurea.Spec{Timeout: aurea.Duration(time.Hour)}
	return OpenPlan(t, set, aurea.Plan{Spec: spec, Workload: w, Seed: 1})
}

// OpenPlan opens the workload of a plan for the length of the test.
func OpenPlan(t testing.TB, set *workload.Set, plan aurea.Plan) workload.Jobs {
	t.Helper()
	resolved, err := set.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := resolved.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(jobs.Close)
	return jobs
}

// Refusal returns why a set refuses a plan of a workload with so many jobs in
// flight; "" if it accepts it.
func Refusal(set *workload.Set, w aurea.Workload, inFlight int64) string {
	_, err := set.Resolve(aurea.Plan{Workload: w, Concurrency: inFlight})
	return Message(err)
}

// Message returns the text of an error; "" for nil.
func Message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// An Outcome is what one job reported and how it ended.
type Outcome struct {
	Phases   map[string]time.Duration // those that happened
	Counters map[string]int64
	Err      error
}

// Class returns the class of the job's failure; "" if it has none.
func (o Outcome) Class() string {
	var failure *workload.Failure
	if errors.As(o.Err, &failure) {
		return failure.Class
	}
	return ""
}

// Run runs a job with a timeout.
func Run(t testing.TB, jobs workload.Jobs, job int64, timeout time.Duration) Outcome {
	t.Helper()
	metrics := workload.NewJobMetrics(jobs.Metrics)
	ctx := workload.NewJobContext(t.Context()).Until(time.Now().Add(timeout))
	o := Outcome{Phases: map[string]time.Duration{}, Counters: map[string]int64{}}
	o.Err = jobs.Runner.Run(ctx, job, metrics)
	for i, name := range jobs.Metrics.Phases {
		if took := metrics.Phases()[i]; took >= 0 {
			o.Phases[name] = took
		}
	}
	for i, name := range jobs.Metrics.Counters {
		o.Counters[name] = metrics.Counters()[i]
	}
	return o
}
