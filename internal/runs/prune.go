package runs

import (
	"context"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// prune deletes runs beyond the retention. After a forward jump of the wall
// clock it deletes none by age: by a clock that is a year ahead, every run is
// old.
func (m *Manager) prune(ctx context.Context) {
	keep := m.options.Keep
	if keep.Age > 0 && m.clockJumped(keep.Age/10) {
		keep.Age = 0
	}
	if keep == (aurea.Retention{}) {
		return
	}
	forgotten, err := m.store.Prune(ctx, keep)
	m.checkWrite(err)
	if forgotten > 0 {
		m.options.Log.Info("old runs forgotten", "runs", forgotten)
	}
}

// clockJumped reports whether the wall clock is ahead by more than the
// tolerance, and logs when that changes. Only maintenanceTasks calls it.
func (m *Manager) clockJumped(tolerance time.Duration) bool {
	ahead := m.clock.jump(m.wall().Round(0), time.Since(m.began), tolerance)
	switch jumped := ahead > 0; {
	case jumped && !m.clockAhead:
		m.options.Log.Warn("the clock has jumped forward; "+
			"no runs are forgotten by age until it is back, or the service is started anew",
			"ahead", ahead.Round(time.Second))
	case !jumped && m.clockAhead:
		m.options.Log.Info("the clock is back; runs are forgotten by age again")
	}
	m.clockAhead = ahead > 0
	return m.clockAhead
}
