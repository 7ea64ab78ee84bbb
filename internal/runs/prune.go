package runs

import (
	"context"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// prune forgets what is not to be kept. After a jump of the wall clock it forgets
// nothing by age: by a clock that is a year ahead all runs are old.
func (m *Manager) prune(ctx context.Context) {
	keep := m.options.Keep
	if keep.Age > 0 && m.clockJumped(keep.Age/10) {
		keep.Age = 0
	}
	if keep == (aurea.Retention{}) {
		return
	}
	forgotten, err := m.store.Prune(ctx, keep)
	m.note(err)
	if forgotten > 0 {
		m.options.Log.Info("old runs forgotten", "runs", forgotten)
	}
}

// clockJumped reports whether the wall clock is ahead by more than the tolerance,
// and logs when that changes. Only the repairs call it.
func (m *Manager) clockJumped(tolerance time.Duration) bool {
	ahead := m.clock.jump(m.wall().Round(0), time.Since(m.began), tolerance)
	switch jumped := ahead > 0; {
	case jumped && !m.held:
		m.options.Log.Warn("the clock has jumped forward; no runs are forgotten by age until it is back, or the service is started anew",
			"ahead", ahead.Round(time.Second))
	case !jumped && m.held:
		m.options.Log.Info("the clock is back; runs are forgotten by age again")
	}
	m.held = ahead > 0
	return m.held
}
