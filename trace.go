package aurea

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// A Trace is what the jobs of a run that are traced are a part of, in the terms
// of W3C Trace Context: a job that calls a service tells it the trace and its own
// span, so that what the service does for it is found below it.
type Trace struct {
	ID  [16]byte `json:"id"`
	Run [8]byte  `json:"run"` // the span of the run, which those of its jobs are below
}

// TraceEvery is which jobs may be traced: one in so many, by their numbers from 0
// on. TracesASecond is how many of them are, at most.
const (
	TraceEvery    = 100
	TracesASecond = 10
)

// Span is the span of a job: a pure function of the trace and the job's number, so
// that whoever takes part in a run knows it. It is never zero, which would be none.
func (t Trace) Span(job int64) (span [8]byte) {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(t.ID[:], uint64(job)))
	copy(span[:], sum[:])
	span[7] |= 1
	return span
}

// A TracedJob is one that told a service of its trace.
type TracedJob struct {
	Job        int64
	Start, End time.Time
	Outcome    Outcome
	Problem    string // why it failed; "" if it did not
}
