package cluster

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A report of 1,000 jobs with exponential times, about 5 KB, from its bytes into
// the books and the progress. A coordinator of a thousand workers does this a
// thousand times a second.
func BenchmarkFold(b *testing.B) {
	plan := decodePlan(b, `{"duration": "24h", "concurrency": 1000}`)
	draw := rand.New(rand.NewPCG(1, 2))
	r := NewReport()
	r.Epoch, r.Seq, r.Elapsed, r.Length = 7, 1, time.Second, time.Second
	for range 1000 {
		took := time.Duration(draw.ExpFloat64() * float64(20*time.Millisecond))
		r.Judged.Started++
		r.Judged.End(aurea.OK, 0, 0, took)
	}
	data, err := r.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	books := NewBooks(plan, 7, aurea.MetricNames{})
	merger := NewMerger(plan, time.Unix(0, 0), 1, time.Second, func(aurea.Progress) {})
	received := new(Report)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for i := range b.N {
		if err := received.UnmarshalBinary(data); err != nil {
			b.Fatal(err)
		}
		received.Seq, received.Elapsed = uint64(i+1), time.Duration(i+1)*time.Second
		if outcome, err := books.Fold(received, received.Elapsed); outcome != Folded {
			b.Fatal(err)
		}
		merger.Add(0, received)
	}
}
