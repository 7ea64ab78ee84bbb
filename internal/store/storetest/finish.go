package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func testSave(t *testing.T, place Place) {
	s, run := place.Open(t), NewRun(1)
	Keep(t, s, run)
	check(t, run.Move(aurea.StatusRunning, Began.Add(time.Hour).Add(1)))
	for i := range 3 {
		run.Progress = &aurea.RunProgress{Elapsed: 1.25, OK: int64(i), P99: 1e-9}
		run.Timeline = append(run.Timeline, aurea.RunEvent{At: Began, T: 0.5, Kind: "load", Detail: "rate 1 to 2"})
		check(t, s.Save(t.Context(), run))
		expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), run)
	}
}

func testFinish(t *testing.T, place Place) {
	s, run := place.Open(t), NewRun(1)
	run.Spec.Thresholds = []aurea.Threshold{must[aurea.Threshold](t)(aurea.ParseThreshold("p99 < 250ms"))}
	run = Keep(t, s, Finished(run, 1000))
	if !strings.HasPrefix(run.Digest, "sha256:") || len(run.Digest) != len("sha256:")+64 {
		t.Errorf("the digest is %q", run.Digest)
	}
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), stored(run))
	expect(t, page(t, s, aurea.RunQuery{}), []aurea.Run{inList(run)})

	tally := must[*aurea.Tally](t)(s.Tally(t.Context(), run.ID))
	expect(t, string(tally.AppendBinary(nil)), string(run.Samples.Tally.AppendBinary(nil)))
	expect(t, len(run.Samples.Workers), 2)
	for n, want := range run.Samples.Workers {
		tally := must[*aurea.Tally](t)(s.WorkerTally(t.Context(), run.ID, n))
		expect(t, string(tally.AppendBinary(nil)), string(want))
	}
	for _, n := range []int{-1, 2} {
		if _, err := s.WorkerTally(t.Context(), run.ID, n); !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("histograms of worker %d: %v, want not found", n, err)
		}
	}
	expect(t, jobs(t, s, run.ID), records(1000))
}

// A run that was cancelled while queued has no result.
func testFinishWithoutResult(t *testing.T, place Place) {
	s, run := place.Open(t), NewRun(1)
	run.Status, run.FinishedAt, run.Error = aurea.StatusCancelled, &Began, "who knows \x00"
	run = Keep(t, s, run)
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), run)
	expect(t, jobs(t, s, run.ID), nil)
	if _, err := s.Tally(t.Context(), run.ID); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("histograms of a run without: %v, want not found", err)
	}
}

func testFinishOnce(t *testing.T, place Place) {
	s, run := place.Open(t), NewRun(1)
	if err := s.Save(t.Context(), Finished(run, 1)); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("saving a finished run: %v, want a conflict", err)
	}
	Keep(t, s, run)
	if _, err := s.Finish(t.Context(), run); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("finishing a run that is queued: %v, want a conflict", err)
	}
	if err := jobsError(s, run.ID); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("jobs of a run that has not finished: %v, want a conflict", err)
	}
	first := Finished(run, 10)
	first.Digest = must[string](t)(s.Finish(t.Context(), first))
	expect(t, must[string](t)(s.Finish(t.Context(), Finished(run, 10))), first.Digest) // a retry after a lost response
	if _, err := s.Finish(t.Context(), Finished(run, 20)); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("finishing twice: %v, want a conflict", err)
	}
	if err := s.Save(t.Context(), run); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("saving after the end: %v, want a conflict", err)
	}
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), stored(first))
	expect(t, jobs(t, s, run.ID), records(10))
}

// The digest covers what does not change: runs that differ in any of it have
// different digests, and the digest stays the same.
func testDigest(t *testing.T, place Place) {
	s := place.Open(t)
	seen := map[string]string{}
	for name, finish := range map[string]func(*aurea.Run){
		"as it is":      func(*aurea.Run) {},
		"status":        func(r *aurea.Run) { r.Status = aurea.StatusFailed },
		"another error": func(r *aurea.Run) { r.Error = "lost" },
		"series":        func(r *aurea.Run) { r.Result.Series = r.Result.Series[:1] },
		"no sample":     func(r *aurea.Run) { r.Result.SampledJobs = nil },
		"sample":        func(r *aurea.Run) { r.Result.SampledJobs[0].Exchanges[0].Response.Body = "other" },
		"tally":         func(r *aurea.Run) { r.Samples.Tally.Latency.Record(5) },
		"detail":        func(r *aurea.Run) { r.Samples.Breakdown.Record([]time.Duration{5, -1}, []int64{0}) },
		"a job":         func(r *aurea.Run) { r.Samples.Jobs.Put(500, aurea.OK, 1, 2, 3) },
		"no jobs":       func(r *aurea.Run) { r.Samples.Jobs = nil },
		"a worker":      func(r *aurea.Run) { r.Samples.Workers[1] = r.Samples.Workers[0] },
		"no workers":    func(r *aurea.Run) { r.Samples.Workers = nil },
	} {
		run := Finished(NewRun(1), 100)
		finish(&run)
		run = Keep(t, s, run)
		if other, twice := seen[run.Digest]; twice {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[run.Digest] = name
		note, baseline := "seen", true
		changed := must[aurea.Run](t)(s.Change(t.Context(), run.ID, aurea.RunChange{Note: &note, Baseline: &baseline}))
		expect(t, changed.Digest, run.Digest)
		check(t, s.Delete(t.Context(), run.ID))
	}
	again := Keep(t, s, Finished(NewRun(1), 100))
	expect(t, seen[again.Digest], "as it is")
}

func testUnknown(t *testing.T, place Place) {
	s, ctx := place.Open(t), t.Context()
	for name, act := range map[string]func() error{
		"get":    func() error { _, err := s.Get(ctx, "x"); return err },
		"save":   func() error { return s.Save(ctx, NewRun(1)) },
		"finish": func() error { _, err := s.Finish(ctx, Finished(NewRun(1), 1)); return err },
		"change": func() error { _, err := s.Change(ctx, "x", aurea.RunChange{}); return err },
		"delete": func() error { return s.Delete(ctx, "x") },
		"cancel": func() error { return s.Cancel(ctx, "x") },
		"tally":  func() error { _, err := s.Tally(ctx, "x"); return err },
		"jobs":   func() error { return jobsError(s, "x") },
		"worker": func() error { _, err := s.WorkerTally(ctx, "x", 0); return err },
	} {
		if err := act(); !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("%s of an unknown run: %v, want not found", name, err)
		}
	}
}

func jobs(t testing.TB, s Store, id string) []aurea.JobRecord {
	t.Helper()
	var all []aurea.JobRecord
	for job, err := range s.Jobs(context.Background(), id) {
		check(t, err)
		all = append(all, job)
	}
	return all
}

func jobsError(s Store, id string) error {
	for _, err := range s.Jobs(context.Background(), id) {
		if err != nil {
			return err
		}
	}
	return nil
}

func records(n int) []aurea.JobRecord {
	all := make([]aurea.JobRecord, n)
	for i := range all {
		all[i] = record(i)
	}
	return all
}
