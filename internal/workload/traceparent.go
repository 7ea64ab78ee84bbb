package workload

import (
	"context"
	"encoding/hex"

	"github.com/aurea-orchestrator/aurea"
)

// TraceHeader is the header of a request with its traceparent.
const TraceHeader = "traceparent"

// A Traceparent identifies the trace and the span of a traced job to the
// services that it calls (W3C Trace Context, 3.2).
type Traceparent struct {
	text string
	sent bool
}

// NewTraceparent returns the traceparent of a job.
func NewTraceparent(trace aurea.Trace, job int64) *Traceparent {
	const version, sampled = "00", "01"
	span := trace.Span(job)
	ids := hex.EncodeToString(trace.ID[:]) + "-" + hex.EncodeToString(span[:])
	return &Traceparent{text: version + "-" + ids + "-" + sampled}
}

// Sent reports whether the job has sent its traceparent.
func (t *Traceparent) Sent() bool { return t != nil && t.sent }

// Send returns the value of the header and marks it as sent; "" for a job that
// is not traced.
func (t *Traceparent) Send() string {
	if t == nil {
		return ""
	}
	t.sent = true
	return t.text
}

// traceKey is the key of the traceparent in a job's context.
type traceKey struct{}

// TraceparentOf returns the traceparent of a job, given its context; nil if the
// job is not traced.
func TraceparentOf(ctx context.Context) *Traceparent {
	parent, _ := ctx.Value(traceKey{}).(*Traceparent)
	return parent
}
