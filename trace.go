package aurea

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// A Trace is the trace of a run, in the terms of W3C Trace Context. A traced job
// sends the trace and its own span to the services that it calls, so their spans
// become children of the job's.
type Trace struct {
	ID        [16]byte `json:"id"`
	Run       [8]byte  `json:"run"`                  // the span of the run, the parent of its jobs' spans
	PerSecond int      `json:"per_second,omitempty"` // most jobs traced a second; 0 for MaxTracesPerSecond
	Scenario  int      `json:"scenario,omitempty"`   // whose jobs are traced; see Plan.RunJob
	Scenarios int      `json:"scenarios,omitempty"`  // of the run; 0 for the numbers of the run
}

// Jobs whose number is a multiple of TraceEvery may be traced, at most
// MaxTracesPerSecond of them a second. See Trace.Shard for a part of a run.
const (
	TraceEvery         = 100
	MaxTracesPerSecond = 10
)

// Shard returns the trace for each of n shards of a run: they share the most jobs
// traced a second, but each may trace one.
func (t Trace) Shard(n int) Trace {
	t.PerSecond = max(1, cmp.Or(t.PerSecond, MaxTracesPerSecond)/n)
	return t
}

// Span returns the span of a job. It is a pure function of the trace and the job's
// number, so every participant of a run can compute it. It is never zero, which
// would mean no span.
func (t Trace) Span(job int64) (span [8]byte) {
	if t.Scenarios > 0 {
		job = job*int64(t.Scenarios) + int64(t.Scenario)
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(t.ID[:], uint64(job)))
	copy(span[:], sum[:])
	span[7] |= 1
	return span
}

// A TracedJob is a job that sent its span to a service.
type TracedJob struct {
	Job        int64
	Start, End time.Time
	Outcome    Outcome
	Problem    string // the cause of a failure; "" otherwise
}
