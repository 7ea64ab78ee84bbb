package records

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// sleeps are records as a closed run of jobs that sleep for 100 ms ± 20 % leaves
// them, so many in flight: each begins when an earlier one ends.
func sleeps(n, inFlight int) []aurea.JobRecord {
	random := rand.New(rand.NewPCG(1, 2))
	jobs := make([]aurea.JobRecord, n)
	ends := make([]time.Duration, inFlight)
	for i := range jobs {
		slot := 0
		if i < inFlight {
			slot = i
			ends[i] = time.Duration(i) * 60
		} else {
			for s := range ends {
				if ends[s] < ends[slot] {
					slot = s
				}
			}
		}
		start := ends[slot]
		ends[slot] = start + time.Duration(80e6+random.IntN(40e6)+random.IntN(60_000))
		jobs[i] = aurea.JobRecord{Index: int64(i), Intended: start, Start: start, End: ends[slot]}
	}
	return jobs
}

func BenchmarkBytes(b *testing.B) {
	for name, jobs := range map[string][]aurea.JobRecord{"closed-100": sleeps(250_000, 100), "all-at-once": sleeps(250_000, 250_000), "one": sleeps(1, 1)} {
		b.Run(name, func(b *testing.B) {
			var out bytes.Buffer
			b.ReportAllocs()
			w := NewWriter(&out)
			for b.Loop() {
				out.Reset()
				w.Reset(&out)
				for _, job := range jobs {
					_ = w.Write(job)
				}
				_ = w.Close()
			}
			b.ReportMetric(float64(out.Len())/float64(len(jobs)), "bytes/job")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(jobs)), "ns/job")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	jobs := sleeps(250_000, 100)
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, job := range jobs {
		_ = w.Write(job)
	}
	_ = w.Close()
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range Read(out.Bytes()) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(jobs)), "ns/job")
}

func TestRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, batchRows, batchRows + 1, 5000} {
		jobs := sleeps(n, 10)
		var out bytes.Buffer
		w := NewWriter(&out)
		for _, job := range jobs {
			if err := w.Write(job); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		var got []aurea.JobRecord
		for job, err := range Read(out.Bytes()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, job)
		}
		if diff := cmp.Diff(jobs, got); n > 0 && diff != "" {
			t.Errorf("%d jobs came back differently: %s", n, diff)
		}
	}
}
