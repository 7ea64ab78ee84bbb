package cluster

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Law: with any delays the true offset is within the bound, and the bound is half
// of the quickest round trip.
func TestEstimate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		offset := rapid.Int64Range(-1e15, 1e15).Draw(t, "offset")
		delay := rapid.Int64Range(0, int64(rapid.SampledFrom([]time.Duration{3, time.Second}).Draw(t, "scale")))
		var exchanges []Exchange
		now, quickest := rapid.Int64Range(0, 1e15).Draw(t, "now"), int64(math.MaxInt64)
		for range rapid.IntRange(1, Exchanges).Draw(t, "exchanges") {
			there, back := delay.Draw(t, "there"), delay.Draw(t, "back")
			exchanges = append(exchanges, Exchange{Sent: now, Clock: now + there + offset, Received: now + there + back})
			now += there + back
			quickest = min(quickest, there+back)
		}
		got := NewEstimate(exchanges)
		if wrong := (got.Offset - time.Duration(offset)).Abs(); wrong > got.Bound {
			t.Fatalf("offset %d ± %d, but it is %d", got.Offset, got.Bound, offset)
		}
		if got.Bound != time.Duration(quickest+1)/2 {
			t.Fatalf("bound %d for a round trip of %d", got.Bound, quickest)
		}
		if at := got.ToCoordinator(got.FromCoordinator(now)); at != now {
			t.Fatalf("there and back %d is %d", now, at)
		}
	})
}
