package workload

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// JobMetrics is where a job reports how long its phases took and what it
// counted, by their index in the workload's Metrics. It belongs to one goroutine
// at a time. The zero value discards what is reported.
type JobMetrics struct {
	phases   []time.Duration // negative for a phase that did not happen
	counters []int64
	statuses *aurea.StatusCounts // of responses; nil discards them
}

// NewJobMetrics returns job metrics with room for the given names.
func NewJobMetrics(names aurea.MetricNames) JobMetrics {
	m := JobMetrics{
		make([]time.Duration, len(names.Phases)), make([]int64, len(names.Counters)), new(aurea.StatusCounts),
	}
	m.Clear()
	return m
}

// Phase reports the duration of a phase. If the phase is reported again, the
// durations are added.
func (m JobMetrics) Phase(phase int, took time.Duration) {
	if phase < len(m.phases) {
		m.phases[phase] = max(m.phases[phase], 0) + took
	}
}

// Count adds to a counter.
func (m JobMetrics) Count(counter int, by int64) {
	if counter < len(m.counters) {
		m.counters[counter] += by
	}
}

// Status counts a response by its status.
func (m JobMetrics) Status(status int) {
	if m.statuses != nil {
		m.statuses.Add(status, 1)
	}
}

// Phases returns the durations of the phases, negative for phases that did not
// happen. The slice belongs to m.
func (m JobMetrics) Phases() []time.Duration { return m.phases }

// Counters returns the counters. The slice belongs to m.
func (m JobMetrics) Counters() []int64 { return m.counters }

// Clear resets the metrics for the next job.
func (m JobMetrics) Clear() {
	for i := range m.phases {
		m.phases[i] = -1
	}
	clear(m.counters)
	if m.statuses != nil {
		*m.statuses = (*m.statuses)[:0]
	}
}

// RecordIn adds the metrics to a breakdown with the same names.
func (m JobMetrics) RecordIn(b *aurea.Breakdown) {
	b.Record(m.phases, m.counters)
	if m.statuses != nil {
		b.RecordStatuses(*m.statuses)
	}
}

// from returns the metrics without the given number of phases and counters:
// those of a part or step.
func (m JobMetrics) from(phases, counters int) JobMetrics {
	if m.phases == nil {
		return m
	}
	return JobMetrics{m.phases[phases:], m.counters[counters:], m.statuses}
}
