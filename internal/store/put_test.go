package store_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// A run that was put is the run that Create and Finish would have stored, with
// its records, and intact.
func TestPut(t *testing.T) {
	t.Parallel()
	want := storetest.Finished(storetest.NewRun(1), 100)
	want.Name, want.Labels = "one", map[string]string{"team": "a"}
	created := open(t, t.TempDir())
	if _, err := created.Create(t.Context(), unfinished(want), aurea.Submission{}); err != nil {
		t.Fatal(err)
	}
	digest, err := created.Finish(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	s := openWith(t, t.TempDir(), store.Options{Shared: true})
	got, err := s.Put(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	if got != digest {
		t.Errorf("the digest is %s, want the finished run's, %s", got, digest)
	}
	if err := s.Verify(t.Context(), want.ID); err != nil {
		t.Error(err)
	}
	page, err := s.List(t.Context(), aurea.RunQuery{Labels: want.Labels, Name: want.Name})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Runs) != 1 {
		t.Errorf("%d runs are listed by label and name, want 1", len(page.Runs))
	}
	jobs := 0
	for _, err := range s.Jobs(t.Context(), want.ID) {
		if err != nil {
			t.Fatal(err)
		}
		jobs++
	}
	if jobs != 100 {
		t.Errorf("%d records are stored, want 100", jobs)
	}
	if _, err := s.Put(t.Context(), want); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("to put it again: %v, want a conflict", err)
	}
	if _, err := s.Put(t.Context(), storetest.NewRun(2)); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("to put a queued run: %v, want a conflict", err)
	}
	if _, err := s.Get(t.Context(), storetest.NewRun(2).ID); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("to get a run that could not be put: %v", err)
	}
}

// unfinished returns the run as it was queued.
func unfinished(run aurea.Run) aurea.Run {
	queued := storetest.NewRun(1)
	queued.Name, queued.Labels = run.Name, run.Labels
	return queued
}

// Many openings of one file, each of which puts a run and closes the file, lose
// none, and those who read meanwhile see nothing broken.
func TestSharedByMany(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 8
	folder := t.TempDir()
	var work sync.WaitGroup
	for w := range writers {
		work.Go(func() {
			for i := range each {
				putAlone(t, folder, w*each+i)
			}
		})
	}
	work.Go(func() {
		for range 2 * each {
			readAlone(t, folder)
		}
	})
	work.Wait()
	s := openWith(t, folder, store.Options{Shared: true})
	page, err := s.List(t.Context(), aurea.RunQuery{Limit: aurea.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for n := range writers * each {
		want = append(want, storetest.NewRun(n).ID)
	}
	for _, run := range slices.Backward(page.Runs) {
		got = append(got, run.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the stored runs differ (-want +got):\n%s", diff)
	}
}

// putAlone opens the store, puts the n-th run and closes the store.
func putAlone(t *testing.T, folder string, n int) {
	s, err := store.Open(t.Context(), folder, store.Options{Shared: true})
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := s.Put(t.Context(), storetest.Finished(storetest.NewRun(n), 50)); err != nil {
		t.Errorf("run %d: %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("run %d: close: %v", n, err)
	}
}

// readAlone opens the store, reads every run and closes the store.
func readAlone(t *testing.T, folder string) {
	s, err := store.Open(t.Context(), folder, store.Options{Shared: true})
	if err != nil {
		t.Error(err)
		return
	}
	page, err := s.List(t.Context(), aurea.RunQuery{Limit: aurea.MaxPage})
	if err != nil {
		t.Error(err)
	}
	for _, run := range page.Runs {
		if err := s.Verify(t.Context(), run.ID); err != nil {
			t.Error(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A server and a shared opening exclude each other, in words that say what to
// do.
func TestSharedExcludesServers(t *testing.T) {
	t.Parallel()
	const want = "is in use by another server; stop that one"
	for _, first := range []bool{true, false} {
		folder := t.TempDir()
		openWith(t, folder, store.Options{Shared: first})
		_, err := store.Open(t.Context(), folder, store.Options{Shared: !first})
		if err == nil {
			t.Fatal("both are open")
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %q, want %q", err, want)
		}
	}
}

// Opening a shared file, putting a run and closing it is what a run on the
// command line costs at its end.
func BenchmarkSharedPut(b *testing.B) {
	folder := b.TempDir()
	for n := 0; b.Loop(); n++ {
		s, err := store.Open(b.Context(), folder, store.Options{Shared: true})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Put(b.Context(), storetest.Finished(storetest.NewRun(n), 0)); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
