package cluster

import "github.com/aurea-orchestrator/aurea"

// conclude merges the accounts of all shards into the run's measurement. If the
// run failed, it returns both the measurement and the error.
func (w *watcher) conclude() (aurea.Measurement, error) {
	w.readDrift()
	return NewMeasurement(w.plan, w.started, w.merger, w.accounts()), w.failure
}
