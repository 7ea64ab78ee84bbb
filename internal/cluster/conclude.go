package cluster

import (
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// conclude merges the accounts of all shards into the run's measurement. If the
// run failed, it returns both the measurement and the error.
func (w *watcher) conclude() (aurea.Measurement, error) {
	w.readDrift()
	measured := NewMeasurement(w.plan, w.started, w.merger, w.accounts())
	measured.Interrupted = w.interrupted
	measured.Warnings = w.remarks
	if w.plan.KeepJobs {
		log, warnings := w.collectRecords()
		measured.Jobs, measured.Warnings = log, slices.Concat(w.remarks, warnings)
	}
	return measured, w.failure
}
