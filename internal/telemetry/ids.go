package telemetry

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"

	"go.opentelemetry.io/otel/trace"
)

// ids are those of the trace that a run is, and of its first span: a pure
// function of the run's id, so that whoever takes part in the run knows them
// without being told. They are hashed, because samplers want them evenly spread.
func ids(run string) (trace.TraceID, trace.SpanID) {
	sum := sha256.Sum256([]byte(run))
	return trace.TraceID(sum[:16]), trace.SpanID(sum[16:24])
}

// runKey is where a context has the id of the run whose trace begins.
type runKey struct{}

func ofRun(run string) context.Context {
	return context.WithValue(context.Background(), runKey{}, run)
}

// jobKey is where a context has the ID of the span of a job that begins.
type jobKey struct{}

// generator gives a run's trace the run's own IDs, a job its own, and the other
// spans any.
type generator struct{}

func (generator) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	run, _ := ctx.Value(runKey{}).(string) // there is one: nothing else begins a trace
	return ids(run)
}

func (generator) NewSpanID(ctx context.Context, _ trace.TraceID) (id trace.SpanID) {
	if own, ok := ctx.Value(jobKey{}).(trace.SpanID); ok {
		return own
	}
	binary.NativeEndian.PutUint64(id[:], rand.Uint64()|1) // 0 would be no ID
	return id
}
