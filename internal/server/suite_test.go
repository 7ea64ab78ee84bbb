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
	quick   = `{"num_jobs": 3, "job_duration_ms": 1, "name": "quick", "labels": {"team": "a"}, "seed": 5}`
	endless = `{"num_jobs": 3, "workload": {"kind": "sleep", "duration": "1h"}, "name": "endless"}`
)

func testRuns(t *testing.T, open func(*testing.T) Runs) {
	for name, test := range map[string]func(*testing.T, Runs){
		"do": testDo, "life": testLife, "cancel": testCancel, "watch": testWatch, "key": testKey, "list": testList,
		"change": testChange, "unknown": testUnknown,
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

// Watch yields the updates of a run in order, and resumes after any of them.
func testWatch(t *testing.T, r Runs) {
	run := submit(t, r, `{"num_jobs": 40, "concurrency": 4, "job_duration_ms": 250, "name": "watched"}`)
	var all []aurea.Update
	var kinds []string
	for update, err := range r.Watch(t.Context(), run.ID, 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, update)
		what := string(update.Kind)
		if update.Kind == aurea.UpdateStatus {
			what = string(update.Run.Status)
		}
		if len(kinds) == 0 || kinds[len(kinds)-1] != what {
			kinds = append(kinds, what)
		}
	}
	if kinds[0] == "queued" {
		kinds = kinds[1:]
	}
	if want := []string{"running", "progress", "completed", "result"}; !slices.Equal(kinds, want) {
		t.Fatalf("the updates are %q, want %q", kinds, want)
	}
	last := all[len(all)-1]
	if last.Run.Status != aurea.StatusCompleted || last.Run.Result.Counts.OK != 40 {
		t.Errorf("the last update has a run that is %s with %+v", last.Run.Status, last.Run.Result.Counts)
	}
	if last.Run.Name != "watched" || last.Run.Digest == "" {
		t.Errorf("the last update has the name %q and the digest %q", last.Run.Name, last.Run.Digest)
	}
	elapsed := 0.0
	for _, u := range all {
		if p := u.Run.Progress; u.Kind == aurea.UpdateProgress {
			if p.Elapsed <= elapsed {
				t.Errorf("progress at %v s after that at %v s", p.Elapsed, elapsed)
			}
			if p.Started < p.OK || p.OK > 40 {
				t.Errorf("progress with %d started and %d ok of 40", p.Started, p.OK)
			}
			elapsed = p.Elapsed
		}
	}
	var rest []int64
	for update, err := range r.Watch(t.Context(), run.ID, all[len(all)-3].ID) {
		if err != nil {
			t.Fatal(err)
		}
		rest = append(rest, update.ID)
	}
	if want := []int64{all[len(all)-2].ID, last.ID}; !slices.Equal(rest, want) {
		t.Errorf("the rest is %d, want %d", rest, want)
	}
	// A watcher may stop early.
	for _, err := range r.Watch(t.Context(), run.ID, 0) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	blocked := submit(t, r, endless)
	errs := 0
	for update, err := range r.Watch(ctx, blocked.ID, 0) {
		if update.Run.Status == aurea.StatusRunning {
			cancel()
		}
		if err != nil {
			errs++
		}
	}
	if errs != 1 {
		t.Errorf("a cancelled watch yields %d errors", errs)
	}
	if _, err := r.Cancel(t.Context(), blocked.ID); err != nil {
		t.Error(err)
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

// A list is found by every filter, page by page.
func testList(t *testing.T, r Runs) {
	var ids []string // newest first
	for _, spec := range []string{quick,
		`{"num_jobs": 2, "workload": {"kind": "noop"}, "name": "other", "labels": {"team": "a", "os": "x"}}`, quick} {
		run := submit(t, r, spec)
		ids = append([]string{run.ID}, ids...)
		if _, err := r.Wait(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
	}
	middle, err := r.Get(t.Context(), ids[1])
	if err != nil {
		t.Fatal(err)
	}
	at := middle.CreatedAt
	tests := []struct {
		what  string
		query aurea.RunQuery
		want  []string
	}{
		{"all", aurea.RunQuery{}, ids},
		{"of a name", aurea.RunQuery{Name: "quick"}, []string{ids[0], ids[2]}},
		{"of a kind", aurea.RunQuery{Workload: "noop"}, ids[1:2]},
		{"with labels", aurea.RunQuery{Labels: map[string]string{"team": "a", "os": "x"}}, ids[1:2]},
		{"of statuses", aurea.RunQuery{Statuses: []aurea.Status{aurea.StatusCompleted, aurea.StatusFailed}}, ids},
		{"of another status", aurea.RunQuery{Statuses: []aurea.Status{aurea.StatusQueued}}, nil},
		{"since", aurea.RunQuery{Since: at}, ids[:2]},
		{"until", aurea.RunQuery{Until: at}, ids[2:]},
		{"baselines", aurea.RunQuery{Baseline: true}, nil},
	}
	for _, test := range tests {
		var got []string
		test.query.Limit = 1
		for {
			page, err := r.List(t.Context(), test.query)
			if err != nil || len(page.Runs) > 1 {
				t.Fatalf("%s: %d runs (%v)", test.what, len(page.Runs), err)
			}
			whole, err := page.Decode()
			if err != nil {
				t.Fatal(err)
			}
			for _, run := range whole {
				got = append(got, run.ID)
				if run.Result == nil {
					t.Errorf("%s: a run in the list has no result", test.what)
					continue
				}
				if len(run.Result.Series) != 0 || run.Samples.Jobs != nil {
					t.Errorf("%s: a result in the list has a series or jobs: %+v", test.what, run.Result)
				}
			}
			if test.query.Cursor = page.NextCursor; test.query.Cursor == "" {
				break
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.what, got, test.want)
		}
	}
	if _, err := r.List(t.Context(), aurea.RunQuery{Cursor: "wat"}); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("an unknown cursor: %v", err)
	}
}

// Note and baseline may be changed, and only one run of a name is the baseline.
func testChange(t *testing.T, r Runs) {
	a, b := submit(t, r, quick), submit(t, r, quick)
	for _, run := range []aurea.Run{a, b} {
		if _, err := r.Wait(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
	}
	note, mark := `why "p99" < 1s?`, true
	for _, run := range []aurea.Run{a, b} {
		changed, err := r.Change(t.Context(), run.ID, aurea.RunChange{Note: &note, Baseline: &mark})
		if err != nil || changed.ID != run.ID {
			t.Errorf("Change returned %q (%v), want %s", changed.ID, err, run.ID)
		}
		if changed.Note != note || !changed.Baseline {
			t.Errorf("the changed run has the note %q, baseline %v", changed.Note, changed.Baseline)
		}
	}
	page, err := r.List(t.Context(), aurea.RunQuery{Baseline: true})
	if err != nil || len(page.Runs) != 1 {
		t.Fatalf("%d baselines (%v), want 1", len(page.Runs), err)
	}
	if got := page.Runs[0].ID; got != b.ID {
		t.Errorf("the baseline is %s, want %s", got, b.ID)
	}
	run, err := r.Get(t.Context(), a.ID)
	if err != nil || run.Digest == "" {
		t.Fatalf("the other run has the digest %q (%v)", run.Digest, err)
	}
	if run.Baseline || run.Note != note {
		t.Errorf("the other run has the note %q, baseline %v", run.Note, run.Baseline)
	}
	long := strings.Repeat("x", aurea.MaxNote+1)
	if _, err := r.Change(t.Context(), a.ID, aurea.RunChange{Note: &long}); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("a long note: %v", err)
	}
}

// Every method reports an unknown run as not found.
func testUnknown(t *testing.T, r Runs) {
	const id = "benchmark-0"
	ctx := t.Context()
	errs := map[string]error{}
	_, errs["Get"] = r.Get(ctx, id)
	_, errs["Wait"] = r.Wait(ctx, id)
	_, errs["Cancel"] = r.Cancel(ctx, id)
	_, errs["Change"] = r.Change(ctx, id, aurea.RunChange{})
	_, errs["Tally"] = r.Tally(ctx, id)
	errs["Delete"] = r.Delete(ctx, id)
	for _, err := range r.Watch(ctx, id, 0) {
		errs["Watch"] = err
	}
	for _, err := range r.Jobs(ctx, id) {
		errs["Jobs"] = err
	}
	if len(errs) != 8 {
		t.Errorf("only %d methods were called", len(errs))
	}
	for what, err := range errs {
		if !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := r.Ready(); err != nil {
		t.Errorf("Ready: %v", err)
	}
}
