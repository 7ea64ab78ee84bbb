package live

import (
	"iter"

	"github.com/aurea-orchestrator/aurea"
)

// Watch shows the updates of a run until there are no more and returns the run as
// of the last one, with its result if it has one. The error is that of the updates.
// Keys control it by apply, which may be nil.
func Watch(o Options, apply ControlFunc, updates iter.Seq2[aurea.Update, error]) (run aurea.Run, err error) {
	view := Open(o)
	defer view.Close()
	view.ControlBy(apply)
	for update, err := range updates {
		if err != nil {
			return run, err
		}
		if update.Kind != aurea.Heartbeat {
			run = update.Run
			view.Show(run)
		}
	}
	return run, nil
}
