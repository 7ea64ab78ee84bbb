package aurea

import (
	"testing"

	"pgregory.net/rapid"
)

// Law: the span of a job depends only on its trace and its number. No two are equal
// and none is zero.
func TestSpansOfJobs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var one, other Trace
		copy(one.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "one"))
		copy(other.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "other"))
		job, next := rapid.Int64Min(0).Draw(t, "job"), rapid.Int64Min(0).Draw(t, "next")
		span := one.Span(job)
		if span != one.Span(job) || span == ([8]byte{}) {
			t.Fatalf("job %d has the span %x, then %x", job, span, one.Span(job))
		}
		if (one.Span(next) == span) != (next == job) {
			t.Fatalf("jobs %d and %d have the spans %x and %x", job, next, span, one.Span(next))
		}
		if (other.Span(job) == span) != (other == one) {
			t.Fatalf("job %d has the span %x in two traces", job, span)
		}
	})
}

// Shards share the traces of a second. Each may trace one, and a shard may be cut
// again.
func TestTraceOfShards(t *testing.T) {
	for _, row := range []struct{ set, shards, want int }{
		{0, 1, 10}, {0, 3, 3}, {0, 4, 2}, {0, 10, 1}, {0, 1000, 1}, {3, 2, 1}, {50, 2, 25},
	} {
		if got := (Trace{PerSecond: row.set}).Shard(row.shards).PerSecond; got != row.want {
			t.Errorf("one of %d shards of %d traces %d jobs a second, want %d", row.shards, row.set, got, row.want)
		}
	}
}
