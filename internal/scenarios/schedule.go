package scenarios

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// errNotBegun ends the execution of a scenario that has not begun when its run is
// stopped.
var errNotBegun = errors.New("scenarios: the run was stopped before the scenario began")

// A schedule decides when the scenarios of a plan begin. Its methods are safe for
// concurrent use.
type schedule struct {
	plan  aurea.Plan
	begun chan struct{}   // closed when zero is set
	ended []chan struct{} // by scenario, closed when its execution has returned

	mu         sync.Mutex
	unprepared int
	zero       time.Time // the run's start
}

func newSchedule(plan aurea.Plan) *schedule {
	s := &schedule{plan: plan, begun: make(chan struct{}), unprepared: len(plan.Scenarios)}
	for range plan.Scenarios {
		s.ended = append(s.ended, make(chan struct{}))
	}
	return s
}

// awaitStart blocks a prepared scenario until its start is known and near. The
// error is errNotBegun if ctx is done first.
func (s *schedule) awaitStart(ctx context.Context, i int) (aurea.Start, error) {
	s.prepared()
	if !await(ctx, s.begun) {
		return aurea.Start{}, errNotBegun
	}
	given := s.plan.Spec.Scenarios[i].Start
	switch {
	case given != nil:
		at := s.zero.Add(time.Duration(*given))
		if !await(ctx, time.After(time.Until(at)-startMargin)) {
			return aurea.Start{}, errNotBegun
		}
		return aurea.Start{At: at}, nil
	case i == 0:
		return aurea.Start{At: s.zero}, nil
	}
	if !await(ctx, s.ended[i-1]) {
		return aurea.Start{}, errNotBegun
	}
	return aurea.Start{At: time.Now()}, nil
}

// startMargin is how long before its start a scenario is handed to the engine,
// which waits for the rest precisely.
const startMargin = 50 * time.Millisecond

// await blocks until the channel is ready. It returns false if ctx is done by then.
func await[T any](ctx context.Context, ready <-chan T) bool {
	select {
	case <-ready:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// prepared notes that another scenario is prepared. The last one begins the run.
func (s *schedule) prepared() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unprepared--; s.unprepared == 0 {
		s.zero = time.Now().Add(lead)
		close(s.begun)
	}
}

// end notes that the execution of a scenario has returned.
func (s *schedule) end(i int) { close(s.ended[i]) }
