package runs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/aurea-orchestrator/aurea"
)

// Runs are executed one at a time, in order of submission, without a gap.
func TestOneAtATimeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		epoch := time.Now()
		s := serve(t, Options{})
		lengths := []int{3, 1, 5, 2, 4}
		var calls []*call
		for i, n := range lengths {
			calls = append(calls, s.jobs(string(rune('a'+i)), n))
		}
		begin := 0
		for i, c := range calls {
			run := c.end(t)
			wantStatus(t, run, aurea.StatusCompleted, epoch, begin, begin+lengths[i])
			if !run.CreatedAt.Equal(epoch) {
				t.Errorf("run %s was created at %v, want %v", run.Name, run.CreatedAt, epoch)
			}
			if want := int64(lengths[i]); run.Result.Counts.Planned != want {
				t.Errorf("run %s: %+v, want %d jobs", run.Name, run.Result.Counts, want)
			}
			if run.Samples.Jobs == nil || run.Samples.Tally == nil {
				t.Errorf("run %s has the job records %p and the tally %p, want both", run.Name, run.Samples.Jobs,
					run.Samples.Tally)
			}
			if run.Result.ID != run.ID || run.Result.Status != run.Status {
				t.Errorf("run %s is %s, its result %s is %s", run.ID, run.Status, run.Result.ID, run.Result.Status)
			}
			begin += lengths[i]
		}
		want := []string{"a", "b", "c", "d", "e"}
		if !slices.Equal(s.executor.started, want) || s.executor.maxActive != 1 {
			t.Errorf("executed %v, %d at once; want %v, one at once", s.executor.started, s.executor.maxActive, want)
		}
	})
}

// The queue holds exactly its limit, beside the running run, and a run that
// ends makes room for one more.
func TestQueueLimit(t *testing.T) {
	for given, limit := range map[int]int{0: 16, 1: 1, 2: 2, 5: 5} {
		t.Run(fmt.Sprint(given), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, Options{Queue: given})
				first := s.jobs("first", 10)
				for i := range limit {
					s.jobs(fmt.Sprint(i), 10)
				}
				refuse := func() {
					t.Helper()
					refused := s.jobs("refused", 10)
					<-refused.ended
					want := fmt.Sprintf("its limit of waiting runs is %d", limit)
					if !errors.Is(refused.err, aurea.ErrQueueFull) || !strings.Contains(refused.err.Error(), want) {
						t.Errorf("with %d waiting: %v, want ErrQueueFull with %q", limit, refused.err, want)
					}
					if stats := s.manager.Stats(); stats.Queued != limit || stats.Active != 1 {
						t.Errorf("%d queued, %d active, want %d and 1", stats.Queued, stats.Active, limit)
					}
				}
				refuse()
				first.end(t)
				synctest.Wait()
				if stats := s.manager.Stats(); stats.Queued != limit-1 {
					t.Errorf("%d queued after one has ended, want %d", stats.Queued, limit-1)
				}
				s.jobs("last", 10)
				refuse()
			})
		})
	}
}

// A queued run whose caller's context ends leaves the queue at once, and the
// runs behind it move up.
func TestCancelWhileQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		epoch := time.Now()
		s := serve(t, Options{Queue: 3})
		a, b, c, d := s.jobs("a", 10), s.jobs("b", 10), s.jobs("c", 10), s.jobs("d", 10)
		time.Sleep(4 * time.Second)
		b.leave()
		gone := b.end(t)
		wantStatus(t, gone, aurea.StatusCancelled, epoch, -1, 4)
		if gone.Result != nil || gone.Progress != nil {
			t.Errorf("a run that never started has the result %v and the progress %v", gone.Result, gone.Progress)
		}
		if gone.Error != "" {
			t.Errorf("a cancelled run has the error %q", gone.Error)
		}
		if queued := s.manager.Stats().Queued; queued != 2 {
			t.Errorf("%d are queued, want 2", queued)
		}
		e := s.jobs("e", 10) // there is room for it
		wantStatus(t, a.end(t), aurea.StatusCompleted, epoch, 0, 10)
		wantStatus(t, c.end(t), aurea.StatusCompleted, epoch, 10, 20)
		wantStatus(t, d.end(t), aurea.StatusCompleted, epoch, 20, 30)
		wantStatus(t, e.end(t), aurea.StatusCompleted, epoch, 30, 40)
	})
}

// A running run whose caller's context ends is ended with its partial result,
// and the next one starts.
func TestCancelWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		epoch := time.Now()
		s := serve(t, Options{})
		a, b := s.jobs("a", 10), s.jobs("b", 2)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		a.leave()
		partial := a.end(t)
		wantStatus(t, partial, aurea.StatusCancelled, epoch, 0, 3)
		if want := (aurea.Counts{Planned: 10, OK: 2, Failed: 1, Cancelled: 7}); partial.Result.Counts != want {
			t.Errorf("counts %+v, want %+v", partial.Result.Counts, want)
		}
		if partial.Result.Status != aurea.StatusCancelled || partial.Result.Validity.State != aurea.Invalid {
			t.Errorf("the result is %s and %s, want cancelled and invalid", partial.Result.Status,
				partial.Result.Validity.State)
		}
		wantStatus(t, b.end(t), aurea.StatusCompleted, epoch, 3, 5)
	})
}

// Do with a cancelled context returns a cancelled run.
func TestDoWithCancelledContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		epoch := time.Now()
		s := serve(t, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		run, err := s.manager.Do(ctx, decode(t, `{"num_jobs": 5}`), nil)
		if err != nil || run.Status != aurea.StatusCancelled {
			t.Errorf("the run is %s (%v), want cancelled", run.Status, err)
		}
		if took := time.Since(epoch); took != 0 {
			t.Errorf("Do returned after %v, want at once", took)
		}
	})
}

func TestIDsAreUnique(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		seen := map[string]bool{}
		for range 40 {
			run := s.jobs("", 1).end(t)
			rest, ok := strings.CutPrefix(run.ID, "benchmark-")
			if id, err := uuid.Parse(rest); err != nil || id.Version() != 7 {
				t.Fatalf("the id is %s, want a UUID of version 7 (%v)", run.ID, err)
			}
			if !ok {
				t.Fatalf("the id is %s, want the prefix benchmark-", run.ID)
			}
			if seen[run.ID] {
				t.Fatalf("two runs have the id %s", run.ID)
			}
			seen[run.ID] = true
		}
	})
}

// Errors that only the workload can detect are returned before a run is
// accepted.
func TestInvalidWorkload(t *testing.T) {
	tests := []struct{ workload, location string }{
		{`{"kind": "slepe"}`, "workload.kind"},
		{`{"kind": "sleep", "duration": "-1s"}`, "workload.duration"},
		{`{"kind": "sleep", "jitter": 2}`, "workload.jitter"},
		{`{"kind": "noop", "duration": "1s"}`, "workload.duration"},
	}
	s := New(&executor{}, Options{}) // not running: an accepted run would hang
	for _, test := range tests {
		_, err := s.Do(t.Context(), decode(t, `{"num_jobs": 1, "workload": `+test.workload+`}`), nil)
		var invalid *aurea.InvalidError
		if !errors.Is(err, aurea.ErrInvalid) || !errors.As(err, &invalid) {
			t.Errorf("%s: %v, want an InvalidError", test.workload, err)
			continue
		}
		if len(invalid.Fields) != 1 || invalid.Fields[0].Location != test.location {
			t.Errorf("%s: %v, want one wrong field, %s", test.workload, err, test.location)
		}
	}
	if queued := s.Stats().Queued; queued != 0 {
		t.Errorf("%d are queued, want none", queued)
	}
}

// A listenerCounter is a context that counts its AfterFunc functions.
type listenerCounter struct {
	context.Context
	listeners atomic.Int64
}

func (c *listenerCounter) Done() <-chan struct{} { return make(chan struct{}) }

func (c *listenerCounter) AfterFunc(func()) (stop func() bool) {
	c.listeners.Add(1)
	return func() bool { c.listeners.Add(-1); return true }
}

// A refused or finished run leaves no function on its caller's context, which
// may live as long as the process.
func TestNoListenersOnCallersContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{Queue: 1})
		ctx := &listenerCounter{Context: context.Background()}
		if _, err := s.manager.Do(ctx, decode(t, `{"num_jobs": 1}`), nil); err != nil {
			t.Fatal(err)
		}
		if n := ctx.listeners.Load(); n != 0 {
			t.Errorf("a finished run left %d listeners", n)
		}
		s.jobs("running", 10)
		s.jobs("queued", 10)
		if _, err := s.manager.Do(ctx, decode(t, `{"num_jobs": 1}`), nil); !errors.Is(err, aurea.ErrQueueFull) {
			t.Fatal(err)
		}
		if n := ctx.listeners.Load(); n != 0 {
			t.Errorf("a refused run left %d listeners", n)
		}
	})
}

// A run whose caller's context ends before it starts never starts, however soon
// its turn comes.
func TestCancelledBeforeStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for range 100 {
			run, err := s.manager.Do(gone, decode(t, `{"num_jobs": 1}`), nil)
			if err != nil || run.Status != aurea.StatusCancelled {
				t.Fatalf("the run is %s (%v), want cancelled", run.Status, err)
			}
			if run.StartedAt != nil || run.Result != nil {
				t.Fatalf("started at %v with the result %v, want never", run.StartedAt, run.Result)
			}
		}
	})
}
