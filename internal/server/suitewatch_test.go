package server

import (
	"context"
	"slices"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

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
	checkProgress(t, all)
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
}

// checkProgress checks that the progress of 40 jobs is consistent and advances.
func checkProgress(t *testing.T, all []aurea.Update) {
	t.Helper()
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
}

// A cancelled watch ends with one error.
func testCancelledWatch(t *testing.T, r Runs) {
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
