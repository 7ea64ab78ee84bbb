package engine

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// Law: a settled set has counted every job as its tally would have, to the last bit.
func TestSettledSetIsItsTallies(t *testing.T) {
	const warmup = 40
	times := rapid.Int64Range(0, 100)
	rapid.Check(t, func(t *rapid.T) {
		set, judged, early := newTallySet(true), aurea.NewTally(), aurea.NewTally()
		for range rapid.IntRange(0, 3).Draw(t, "settlements") {
			for range rapid.IntRange(0, 20).Draw(t, "jobs") {
				outcome := rapid.SampledFrom([]aurea.Outcome{aurea.OK, aurea.Failed, aurea.TimedOut}).Draw(t, "outcome")
				intended := time.Duration(times.Draw(t, "intended"))
				start := intended + time.Duration(max(times.Draw(t, "delay")-50, 0)) // half of them are punctual
				end := start + time.Duration(times.Draw(t, "service"))
				set.end(outcome, intended, start, end, warmup)
				if intended < warmup {
					early.End(outcome, intended, start, end)
				} else {
					judged.End(outcome, intended, start, end)
				}
			}
			set.settle()
		}
		if !sameTally(set.judged, judged) {
			t.Errorf("judged: %+v, want %+v", set.judged, judged)
		}
		if !sameTally(set.warmup, early) {
			t.Errorf("warm-up: %+v, want %+v", set.warmup, early)
		}
	})
}
