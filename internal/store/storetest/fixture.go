package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aurea-orchestrator/aurea"
)

// Began is when the first run of the tests was created. There is one each
// second.
var Began = time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)

// NewRun returns the n-th run: queued, with a sleep workload.
func NewRun(n int) aurea.Run {
	return aurea.Run{
		ID:        fmt.Sprintf("benchmark-%06d", n),
		Status:    aurea.StatusQueued,
		CreatedAt: Began.Add(time.Duration(n) * time.Second),
		Spec:      aurea.Spec{NumJobs: 100},
	}
}

// Finished returns a completed copy of the run, with a result of the given
// number of jobs.
func Finished(run aurea.Run, jobs int) aurea.Run {
	started, ended := run.CreatedAt.Add(time.Second), run.CreatedAt.Add(2*time.Second)
	run.Status, run.StartedAt, run.FinishedAt = aurea.StatusCompleted, &started, &ended
	run.Result, run.Samples = newResult(run, jobs)
	return run
}

// newResult returns a result and its samples as a run has them, with data in all
// their parts.
func newResult(run aurea.Run, jobs int) (*aurea.Result, aurea.Samples) {
	m := aurea.Measurement{
		Start:    run.CreatedAt,
		Duration: 900 * time.Millisecond,
		Tally:    aurea.NewTally(),
		Failures: []aurea.ErrorClass{{Class: "reset", Count: 1, Sample: "<broken> & \"gone\""}},
		Breakdown: aurea.NewBreakdown(aurea.MetricNames{Phases: []string{"connect", "never"},
			Counters: []string{"bytes_in"}}),
		SampledJobs: []aurea.SampledJob{{Job: 3, Sampled: true, Outcome: "ok", Exchanges: []aurea.Exchange{{
			Method: "GET", URL: "http://a/?<b>", Request: aurea.SampledMessage{Headers: []string{"A: \"1\""}},
			Response: &aurea.SampledResponse{Status: 200, SampledMessage: aurea.SampledMessage{
				Headers: []string{}, Body: "a\x00b", Bytes: 3}},
		}}}},
		Series: []aurea.Point{{T: 0.5, OK: 3, P99: 0.1}, {T: 0.9, OK: 4}},
		Jobs:   aurea.NewJobLog(aurea.MaxJobs),
		Workers: &aurea.Workers{Of: []aurea.WorkerResult{
			{ID: "W1", Name: "one", State: aurea.WorkerEnded}, {ID: "W2", Name: "two", State: aurea.WorkerLost}}},
	}
	workers := []*aurea.Tally{aurea.NewTally(), aurea.NewTally()}
	for i := range jobs {
		r := record(i)
		m.Jobs.Put(r.Index, r.Outcome, r.Intended, r.Start, r.End)
		m.Tally.End(r.Outcome, r.Intended, r.Start, r.End)
		workers[i%2].End(r.Outcome, r.Intended, r.Start, r.End)
		m.Breakdown.Record([]time.Duration{r.End - r.Start, -1}, []int64{int64(i)})
	}
	m.WorkerTally = []aurea.PackedTally{workers[0].Pack(), workers[1].Pack()}
	m.Tally.Planned, m.Tally.Started = m.Tally.Accounted(), int64(jobs)
	result := aurea.NewResult(aurea.NewPlan(run.Spec, 7), m)
	result.ID, result.Name = run.ID, run.Name
	return result, m.Samples()
}

// record returns the i-th job's record. Some jobs are late, some fail, and one
// takes very long.
func record(i int) aurea.JobRecord {
	r := aurea.JobRecord{Index: int64(i), Intended: time.Duration(i) * 1_000_003}
	r.Start = r.Intended + time.Duration(i%3)*977
	r.End = r.Start + time.Duration(1+i*7919%1_000_003)
	switch i % 50 {
	case 13:
		r.Outcome = aurea.Failed
	case 17:
		r.Outcome = aurea.TimedOut
		r.End = r.Start + time.Hour
	}
	return r
}

// stored returns a run as a store returns it, without the parts that are read
// separately.
func stored(run aurea.Run) aurea.Run {
	run.Samples = aurea.Samples{}
	return run
}

// inList returns a run as a list contains it.
func inList(run aurea.Run) aurea.Run {
	run = stored(run)
	if run.Result != nil {
		slim := run.Result.Outline()
		run.Result = &slim
	}
	return run
}

// same compares runs; nil and empty lists or maps are equal.
var same = cmp.Options{
	cmp.Comparer(func(a, b aurea.Threshold) bool { return a.Expression == b.Expression }),
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreUnexported(aurea.SearchRequest{}),
}

func expect[T any](t testing.TB, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// must returns the value of a step that must succeed.
func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Keep creates a run, finishes it if the run is finished, and returns it as
// stored.
func Keep(t testing.TB, s Store, run aurea.Run) aurea.Run {
	t.Helper()
	queued := run
	queued.Status, queued.StartedAt, queued.FinishedAt, queued.Result = aurea.StatusQueued, nil, nil, nil
	must[aurea.Run](t)(s.Create(context.Background(), queued, aurea.Submission{Owner: "here"}))
	switch {
	case run.Status.Finished():
		run.Digest = must[string](t)(s.Finish(context.Background(), run))
	case run.Status != aurea.StatusQueued:
		check(t, s.Save(context.Background(), run))
	}
	return run
}
