package runs

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const (
	// lateAfter is how long a run may take to end when it is stopped, before the
	// log says what it waits for.
	lateAfter = 5 * time.Second
	// giveUpAfter is how long the service waits for the end of a run that it has
	// stopped in order to end itself.
	giveUpAfter = 2500 * time.Millisecond
)

// await has a run executed and returns its result. Jobs that go on though their
// run was stopped are reported; when the service ends they are given up, and the
// run ends without a result. Other runs are not begun beside them: they would
// be disturbed.
func (m *Manager) await(e *entry) (*aurea.Result, error) {
	type outcome struct {
		result *aurea.Result
		err    error
	}
	ended := make(chan outcome, 1)
	go func() {
		result, err := m.executor.Execute(e.ctx, e.plan, e.controls, func(p aurea.Progress) { m.observe(e, p) })
		ended <- outcome{result, err}
	}()
	stopped := e.ctx.Done()
	var late <-chan time.Time
	for {
		select {
		case o := <-ended:
			return o.result, o.err
		case <-stopped:
			stopped, late = nil, time.After(lateAfter)
		case <-late:
			m.report(e, "run has not ended since it was stopped")
			late = nil
		case <-e.givenUp:
			m.report(e, "run is given up: the service ends without its jobs")
			return nil, nil
		}
	}
}

// report says what a stopped run waits for.
func (m *Manager) report(e *entry, what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	inFlight := int64(-1) // not known: the first interval is not over
	if e.run.Progress != nil {
		inFlight = e.run.Progress.InFlight
	}
	m.options.Log.Warn(what, "run", e.run.ID, "waits_for", "jobs that have not returned", "workload", e.plan.Workload.Kind, "in_flight", inFlight)
}
