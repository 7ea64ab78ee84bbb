package workload

import (
	"context"
	"encoding/hex"

	"github.com/aurea-orchestrator/aurea"
)

// traceHeader is the header by which a request says what it is a part of.
const traceHeader = "traceparent"

// A Traceparent is what a job that is traced tells those that it calls (W3C Trace
// Context, 3.2): its trace, and its own span in it. Whoever tells it marks it.
type Traceparent struct {
	text string
	told bool
}

// NewTraceparent returns that of a job.
func NewTraceparent(trace aurea.Trace, job int64) *Traceparent {
	const version, sampled = "00", "01"
	span := trace.Span(job)
	return &Traceparent{text: version + "-" + hex.EncodeToString(trace.ID[:]) + "-" + hex.EncodeToString(span[:]) + "-" + sampled}
}

// Told reports whether the job has told anybody of its trace.
func (t *Traceparent) Told() bool { return t != nil && t.told }

// tell is what to say; "" of a job that is not traced.
func (t *Traceparent) tell() string {
	if t == nil {
		return ""
	}
	t.told = true
	return t.text
}

// traceKey is where a job's context has its traceparent.
type traceKey struct{}

func traceparentOf(ctx context.Context) *Traceparent {
	parent, _ := ctx.Value(traceKey{}).(*Traceparent)
	return parent
}
