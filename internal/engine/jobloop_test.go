package engine

import (
	"testing"
	"testing/synctest"
	"time"
)

// A loop lets others run every now and then; one that is behind catches up first,
// for as long as it may.
func TestLoopYields(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &jobLoop{workerPool: &workerPool{execution: &execution{start: time.Now()}}}
		yields := func(behind bool) bool {
			now := l.now()
			l.yield(now, behind)
			return l.yieldAt == now+yieldEvery
		}
		for _, step := range []struct {
			after        time.Duration // the step before
			behind, want bool
		}{
			{yieldBehind, true, true},
			{yieldEvery / 2, false, false},
			{yieldEvery / 2, true, false},
			{0, false, true},
			{yieldEvery + yieldBehind - 1, true, false},
			{1, true, true},
		} {
			time.Sleep(step.after)
			if got := yields(step.behind); got != step.want {
				t.Errorf("at %v, behind: %v: yields: %v, want %v", l.now(), step.behind, got, step.want)
			}
		}
	})
}
