package server

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// Both implementations of Runs.
var (
	_ Runs = (*runs.Manager)(nil)
	_ Runs = (*client.Client)(nil)
)

// TestRunsOfManager tests Runs with the manager; TestRunsOfClient with a client
// of a server.
func TestRunsOfManager(t *testing.T) {
	t.Parallel()
	testRuns(t, func(t *testing.T) Runs { return serve(t, runs.Options{Queue: 4}).manager })
}

func TestRunsOfClient(t *testing.T) {
	t.Parallel()
	testRuns(t, func(t *testing.T) Runs { return serve(t, runs.Options{Queue: 4}).client(t, "") })
}

// client returns a client of the service.
func (s *service) client(t *testing.T, token string) *client.Client {
	t.Helper()
	c, err := client.New(s.URL, token)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func decode(t testing.TB, spec string) aurea.Spec {
	t.Helper()
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

const (
	quick = `{"num_jobs": 3, "job_duration_ms": 1, "name": "quick", "labels": {"team": "a"}, "seed": 5}`

	endless = `{"num_jobs": 3, "workload": {"kind": "sleep", "duration": "1h"}, "name": "endless"}`
)

func testRuns(t *testing.T, open func(*testing.T) Runs) {
	for name, test := range map[string]func(*testing.T, Runs){
		"do": testDo, "life": testLife, "cancel": testCancel, "watch": testWatch,
		"cancelled watch": testCancelledWatch, "key": testKey, "list": testList,
		"change": testChange, "unknown": testUnknown, "forecast": testForecast,
		"system": testSystem,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// submit submits a run.
func submit(t *testing.T, r Runs, spec string) aurea.Run {
	t.Helper()
	run, err := r.Submit(t.Context(), decode(t, spec), "")
	if err != nil {
		t.Fatalf("Submit: %v", err)
	}
	return run
}

// status returns the status of a run.
func status(t *testing.T, r Runs, id string) aurea.Status {
	t.Helper()
	run, err := r.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return run.Status
}

// Forecast says what a run would do, refuses what Submit refuses, and runs
// nothing.
func testForecast(t *testing.T, r Runs) {
	spec := decode(t, `{"rate": 10, "duration": "3s", "workload": {"kind": "noop"}, "seed": 1}`)
	forecast, err := r.Forecast(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(aurea.NewPlan(spec, 0).Forecast(), forecast); diff != "" {
		t.Errorf("the forecast (-want +got):\n%s", diff)
	}
	wrong := decode(t, `{"num_jobs": 1, "workload": {"kind": "sleep", "duration": "fast"}}`)
	if _, err = r.Forecast(t.Context(), wrong); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("a wrong spec: %v, want an ErrInvalid", err)
	}
	page, err := r.List(t.Context(), aurea.RunQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Runs) > 0 {
		t.Errorf("%d runs are listed, want none", len(page.Runs))
	}
}

// Do returns the finished run with its jobs, and stops it when ctx is
// cancelled.
func testDo(t *testing.T, r Runs) {
	intervals := 0
	run, err := r.Do(t.Context(), decode(t, quick), func(run aurea.Run) {
		if intervals++; run.Progress == nil {
			t.Error("the watch function gets no progress")
		}
	})
	if err != nil || run.Status != aurea.StatusCompleted {
		t.Fatalf("the run is %s (%v), want completed", run.Status, err)
	}
	if run.Result.ID != run.ID || run.Result.Counts.OK != 3 {
		t.Fatalf("run %s has the result %s with %+v, want its own with 3 ok", run.ID, run.Result.ID, run.Result.Counts)
	}
	if run.Result.Seed != 5 {
		t.Fatalf("the seed is %d, want 5", run.Result.Seed)
	}
	if intervals == 0 {
		t.Fatal("the watch function was not called")
	}
	jobs := slices.Collect(run.Samples.Jobs.All())
	if len(jobs) != 3 {
		t.Fatalf("%d jobs, want 3: %+v", len(jobs), jobs)
	}
	if last := jobs[2]; last.Index != 2 || last.End <= last.Start {
		t.Errorf("the last job is %+v, want job 2 with a duration", last)
	}
	ctx, leave := context.WithCancel(t.Context())
	run, err = r.Do(ctx, decode(t, endless), func(aurea.Run) { leave() }) // it has started when it is watched
	if err != nil || run.Status != aurea.StatusCancelled {
		t.Fatalf("the run is %s (%v), want cancelled", run.Status, err)
	}
	if run.Result.Counts.Cancelled != 3 {
		t.Errorf("the run has %+v, want 3 cancelled", run.Result.Counts)
	}
}

// A run from its submission to its deletion.
func testLife(t *testing.T, r Runs) {
	submitted := submit(t, r, quick)
	if submitted.Status.Finished() || submitted.Spec.NumJobs != 3 {
		t.Errorf("the submitted run is %s with %d jobs, want 3", submitted.Status, submitted.Spec.NumJobs)
	}
	if submitted.Name != "quick" || submitted.Labels["team"] != "a" {
		t.Errorf("the submitted run has the name %q and the labels %v", submitted.Name, submitted.Labels)
	}
	run, err := r.Wait(t.Context(), submitted.ID)
	if err != nil || run.Status != aurea.StatusCompleted {
		t.Fatalf("the run is %s (%v), want completed", run.Status, err)
	}
	if run.Result.CompletedJobs != 3 || run.Digest == "" {
		t.Fatalf("the run has %d completed jobs and the digest %q", run.Result.CompletedJobs, run.Digest)
	}
	if run.StartedAt == nil || run.FinishedAt == nil {
		t.Fatalf("the run started at %v and finished at %v", run.StartedAt, run.FinishedAt)
	}
	again, err := r.Get(t.Context(), run.ID)
	if err != nil || again.Digest != run.Digest {
		t.Fatalf("read again, the run has the digest %q (%v), want %q", again.Digest, err, run.Digest)
	}
	if got, want := len(again.Result.Series), len(run.Result.Series); got != want {
		t.Errorf("read again, the series has %d points, want %d", got, want)
	}
	tally, err := r.Tally(t.Context(), run.ID)
	if err != nil {
		t.Fatalf("Tally: %v", err)
	}
	if diff := cmp.Diff(run.Result.Latency, aurea.Summarize(tally.Latency)); diff != "" {
		t.Errorf("latency (-result +tally):\n%s", diff)
	}
	if _, err := r.WorkerTally(t.Context(), run.ID, "one"); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("WorkerTally of a run without workers: %v", err)
	}
	if tally.Counts != run.Result.Counts {
		t.Errorf("the tally has %+v, the result %+v", tally.Counts, run.Result.Counts)
	}
	var ends time.Duration
	jobs := 0
	for job, err := range r.Jobs(t.Context(), run.ID) {
		if err != nil || job.Index != int64(jobs) {
			t.Fatalf("job %d is %+v (%v)", jobs, job, err)
		}
		jobs++
		ends = max(ends, job.End)
	}
	if jobs != 3 || ends.Seconds() != run.Result.Duration {
		t.Errorf("%d jobs, the last to %v, in a run of %v s", jobs, ends, run.Result.Duration)
	}
	if err := r.Delete(t.Context(), run.ID); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if _, err := r.Get(t.Context(), run.ID); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("afterwards: %v", err)
	}
}

// A run can be cancelled while it runs and while it waits, and once; before its
// end it cannot be deleted, and has no jobs and no histograms.
func testCancel(t *testing.T, r Runs) {
	running := submit(t, r, endless)
	until(t, "the run to begin", func() bool { return status(t, r, running.ID) == aurea.StatusRunning })
	queued := submit(t, r, endless)
	if queued.QueuePosition != 1 {
		t.Errorf("it waits at place %d", queued.QueuePosition)
	}
	if err := r.Delete(t.Context(), queued.ID); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("Delete: %v", err)
	}
	if _, err := r.Tally(t.Context(), running.ID); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("Tally: %v", err)
	}
	if _, err := r.WorkerTally(t.Context(), running.ID, "one"); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("WorkerTally: %v", err)
	}
	for _, err := range r.Jobs(t.Context(), running.ID) {
		if !errors.Is(err, aurea.ErrConflict) {
			t.Errorf("Jobs: %v", err)
		}
	}
	for _, id := range []string{queued.ID, running.ID} {
		result := id == running.ID
		if _, err := r.Cancel(t.Context(), id); err != nil {
			t.Fatalf("Cancel: %v", err)
		}
		run, err := r.Wait(t.Context(), id)
		if err != nil || run.Status != aurea.StatusCancelled {
			t.Errorf("the run is %s (%v), want cancelled", run.Status, err)
		}
		if (run.Result != nil) != result || (run.StartedAt != nil) != result {
			t.Errorf("the run has the result %v and started at %v, want both: %v", run.Result, run.StartedAt, result)
		}
		if _, err := r.Cancel(t.Context(), id); !errors.Is(err, aurea.ErrConflict) {
			t.Errorf("again: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	waiting := submit(t, r, endless)
	run, err := r.Wait(ctx, waiting.ID)
	if err != nil || run.ID != waiting.ID {
		t.Errorf("a wait that has timed out returns the run %q (%v), want %s", run.ID, err, waiting.ID)
	}
	if run.Status.Finished() {
		t.Errorf("a wait that has timed out returns a run that is %s", run.Status)
	}
}

// The same key is the same run.
func testKey(t *testing.T, r Runs) {
	spec := decode(t, quick)
	first, err := r.Submit(t.Context(), spec, "k")
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Submit(t.Context(), spec, "k")
	if err != nil || again.ID != first.ID {
		t.Errorf("%s, and again %s (%v)", first.ID, again.ID, err)
	}
	spec.NumJobs++
	if _, err := r.Submit(t.Context(), spec, "k"); !errors.Is(err, aurea.ErrMismatch) {
		t.Errorf("another spec: %v", err)
	}
	if _, err := r.Submit(t.Context(), spec, strings.Repeat("k", 256)); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("a long key: %v", err)
	}
	if other, err := r.Submit(t.Context(), spec, strings.Repeat("k", 255)); err != nil || other.ID == first.ID {
		t.Errorf("another key: %s (%v)", other.ID, err)
	}
}
