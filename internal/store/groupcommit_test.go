package store

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// openWithRun returns a new store that has the first run. It is closed with the
// test.
func openWithRun(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	createRun(t, s, 1)
	return s
}

// A change that panics does so in its caller's goroutine. Other changes of the
// transaction are committed, the panicking one is not, and the writer
// continues.
func TestPanicInAChange(t *testing.T) {
	t.Parallel()
	s := openWithRun(t)
	g := s.writer.(*groupCommitWriter)
	g.committing <- struct{}{} // as if another commit were in progress
	var (
		group    sync.WaitGroup
		panicked any
		fine     error
	)
	group.Go(func() {
		defer func() { panicked = recover() }()
		_ = s.writer.write(t.Context(), func(ctx context.Context, tx transaction) error {
			if _, err := tx.ExecContext(ctx, "DELETE FROM runs"); err != nil {
				return err
			}
			panic("a fault of ours")
		})
	})
	group.Go(func() {
		fine = s.writer.write(t.Context(), func(ctx context.Context, tx transaction) error {
			_, err := tx.ExecContext(ctx, "UPDATE runs SET status = 'running'")
			return err
		})
	})
	for waiting := 0; waiting < 2; {
		g.mu.Lock()
		waiting = len(g.queue)
		g.mu.Unlock()
	}
	<-g.committing
	group.Wait()
	if panicked != "a fault of ours" {
		t.Errorf("the change panicked with %v", panicked)
	}
	if fine != nil {
		t.Errorf("the other change: %v", fine)
	}
	run, err := s.Get(t.Context(), storetest.NewRun(1).ID)
	if err != nil || run.Status != "running" {
		t.Errorf("the run is %q, %v; want the other change's status", run.Status, err)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("writing afterwards: %v", err)
	}
}

// Nothing of a change that fails is committed, also if it is alone in its
// transaction. The writer continues.
func TestFailedChange(t *testing.T) {
	t.Parallel()
	s := openWithRun(t)
	fault := errors.New("a fault")
	err := s.writer.write(t.Context(), func(ctx context.Context, tx transaction) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM runs"); err != nil {
			return err
		}
		return fault
	})
	if !errors.Is(err, fault) {
		t.Errorf("the change ended with %v, want its error", err)
	}
	if _, err := s.Get(t.Context(), storetest.NewRun(1).ID); err != nil {
		t.Errorf("the run that it deleted: %v, want it as it was", err)
	}
	createRun(t, s, 2)
	if _, err := s.Get(t.Context(), storetest.NewRun(2).ID); err != nil {
		t.Errorf("the run of the next change: %v", err)
	}
}
