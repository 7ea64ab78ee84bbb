package cluster

import "github.com/aurea-orchestrator/aurea"

// conclude merges the accounts of all shards into the run's measurement. If the
// run failed, it returns both the measurement and the error.
func (w *watcher) conclude() (aurea.Measurement, error) {
	w.readDrift()
	measured := NewMeasurement(w.plan, w.started, w.merger, w.accounts())
	measured.Interrupted = w.interrupted
	if w.plan.KeepJobs {
		measured.Jobs, measured.Warnings = w.collectRecords()
	}
	return measured, w.failure
}
