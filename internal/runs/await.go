package runs

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const (
	// reportAfter is how long a stopped run may take to end before the log says
	// what it waits for.
	reportAfter = 5 * time.Second
	// giveUpAfter is how long an ending service waits for the run that it has
	// stopped.
	giveUpAfter = 2500 * time.Millisecond
)

// An outcome is how the execution of a run has ended. The zero value is that of
// a run without a result.
type outcome struct {
	result  *aurea.Result
	samples aurea.Samples
	err     error
}

// await executes a run and returns its outcome. It logs jobs that continue after
// their run was stopped. When the service ends, it gives such jobs up: a run on
// workers is left to the next server, and another one ends without a result. No
// other run starts beside them, because they would disturb it.
func (m *Manager) await(e *entry) outcome {
	ended := make(chan outcome, 1)
	measure := func() {
		measured, err := m.measure(e)
		o := outcome{err: err}
		if measured.Tally != nil {
			o.result, o.samples = aurea.NewResult(e.plan, measured), measured.Samples()
		}
		ended <- o
	}
	select {
	case m.measuring <- measure: // to a goroutine whose stack has grown already
	default: // it is busy
		go measure()
	}
	stopped := e.ctx.Done()
	var late <-chan time.Time
	for {
		select {
		case o := <-ended:
			return o
		case <-stopped:
			stopped, late = nil, time.After(reportAfter)
		case <-late:
			m.logStopped(e, "run has not ended since it was stopped")
			late = nil
		case <-e.givenUp:
			if m.canGiveUp(e) {
				return outcome{err: aurea.ErrHandedOver}
			}
			m.logStopped(e, "run is given up: the service ends without its jobs")
			return outcome{}
		}
	}
}

// logStopped logs what a stopped run waits for.
func (m *Manager) logStopped(e *entry, what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	attributes := []any{"run", e.run.ID, "waits_for", "jobs that have not returned", "workload", e.plan.Workload.Kind}
	if e.run.Progress != nil { // unknown before the end of the first interval
		attributes = append(attributes, "in_flight", e.run.Progress.InFlight)
	}
	m.options.Log.Warn(what, attributes...)
}
