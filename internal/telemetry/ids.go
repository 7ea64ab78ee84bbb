package telemetry

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"

	"go.opentelemetry.io/otel/trace"
)

// ids returns the IDs of a run's trace and of its root span. They are a pure
// function of the run's id, so every participant in the run can compute them.
// They are hashed because samplers need evenly distributed IDs.
func ids(run string) (trace.TraceID, trace.SpanID) {
	sum := sha256.Sum256([]byte(run))
	return trace.TraceID(sum[:16]), trace.SpanID(sum[16:24])
}

// runKey is the context key for the id of the run whose trace starts.
type runKey struct{}

// withRun returns a context for starting the trace of a run.
func withRun(run string) context.Context {
	return context.WithValue(context.Background(), runKey{}, run)
}

// jobKey is the context key for the ID of a job's span.
type jobKey struct{}

// idGenerator gives the trace of a run the run's own IDs, the span of a job the
// job's own ID, and other spans a random ID.
type idGenerator struct{}

// NewIDs returns the IDs of the run in ctx.
func (idGenerator) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	run, _ := ctx.Value(runKey{}).(string) // always present: only runs start a trace
	return ids(run)
}

// NewSpanID returns the ID of the job in ctx, or a random one.
func (idGenerator) NewSpanID(ctx context.Context, _ trace.TraceID) (id trace.SpanID) {
	if own, ok := ctx.Value(jobKey{}).(trace.SpanID); ok {
		return own
	}
	binary.NativeEndian.PutUint64(id[:], rand.Uint64()|1) // 0 is no valid ID
	return id
}
