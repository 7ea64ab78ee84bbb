package cluster

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// control applies a control at a moment that all workers will have heard of
// before it comes, so that all change their load at the same time.
func (w *watcher) control(command aurea.Command) {
	control := command.Control
	if err := w.checkControl(control); err != nil {
		command.Answer(aurea.RunEvent{}, err)
		return
	}
	at := w.now() + w.orderLead(firstLead)
	event, err := w.enter(control, at)
	if err != nil {
		command.Answer(aurea.RunEvent{}, err)
		return
	}
	workers := w.open()
	order := Order{Kind: OrderControl, At: int64(w.startAt + at), Control: &control}
	w.orders.send(order, workers, func(err error) {
		if err != nil {
			w.Log.Warn("a worker did not hear a control in time", "control", control.Kind, "error", err)
		}
		command.Answer(event, nil)
	})
}

// enter enters a control into the progress and into all books. The error is that
// of aurea.LivePlan.Apply.
func (w *watcher) enter(control aurea.Control, at time.Duration) (aurea.RunEvent, error) {
	event, err := w.merger.Apply(control, at)
	if err != nil {
		return aurea.RunEvent{}, err
	}
	for _, m := range w.members {
		if err := m.Books.Apply(control, at); err != nil {
			w.Log.Error("a control was not entered in the books", "worker", m.Worker.Name, "error", err)
		}
	}
	return event, nil
}

// checkControl refuses a control that the workers cannot divide.
func (w *watcher) checkControl(control aurea.Control) error {
	if err := w.plan.Control(control); err != nil {
		return err
	}
	if least := w.leastConcurrency(); control.Concurrency > 0 && control.Concurrency < least {
		return param.Invalid("concurrency", "must be at least %d, so that each of the run's %d workers has a job; got %d",
			least, len(w.members), control.Concurrency)
	}
	return nil
}

// leastConcurrency returns the lowest concurrency at which every worker has a
// slot. A worker without one would never run its jobs.
func (w *watcher) leastConcurrency() int64 {
	var least int64
	for _, m := range w.members {
		least = max(least, m.Shard.Deal.Slot(0)+1)
	}
	return least
}
