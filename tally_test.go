package aurea

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea/hist"
)

// ended is a job that ran to its end.
type ended struct {
	outcome              Outcome
	intended, start, end time.Duration
}

func endedJobs() *rapid.Generator[[]ended] {
	span := rapid.OneOf(rapid.Int64Range(0, 3000), rapid.Int64Range(0, int64(25*time.Hour)))
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ended {
		intended := time.Duration(span.Draw(t, "intended"))
		start := intended + time.Duration(span.Draw(t, "delay"))
		outcome := rapid.SampledFrom([]Outcome{OK, Failed, TimedOut}).Draw(t, "outcome")
		return ended{outcome, intended, start, start + time.Duration(span.Draw(t, "service"))}
	}), 0, 60)
}

func tallyOf(jobs []ended) *Tally {
	tally := NewTally()
	for _, job := range jobs {
		tally.Started++
		tally.Planned++
		tally.End(job.outcome, job.intended, job.start, job.end)
	}
	return tally
}

// contents returns everything in a tally as comparable values.
func contents(t *Tally) map[string]any {
	seen := map[string]any{"counts": t.Counts, "started": t.Started}
	for name, h := range map[string]*hist.Histogram{
		"latency": t.Latency, "service time": t.ServiceTime, "delay": t.Delay, "failed latency": t.FailedLatency,
	} {
		seen[name], seen[name+" sum"] = Summarize(h), h.Sum()
		h.Each(func(upTo time.Duration, count int64) { seen[name+" "+upTo.String()] = count })
	}
	return seen
}

// Law: merging the parts of any split in any order gives the whole. Merge does not
// change its argument.
func TestMergedTalliesAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		jobs := endedJobs().Draw(t, "jobs")
		whole := tallyOf(jobs)
		parts := make([][]ended, rapid.IntRange(1, 4).Draw(t, "parts"))
		for _, job := range jobs {
			i := rapid.IntRange(0, len(parts)-1).Draw(t, "part")
			parts[i] = append(parts[i], job)
		}
		forward, backward := NewTally(), NewTally()
		for i := range parts {
			part := tallyOf(parts[i])
			// What jobs that never ran to an end leave behind.
			part.Cancelled, part.Dropped, part.Lost = int64(i), 2, 3
			whole.Cancelled, whole.Dropped, whole.Lost = whole.Cancelled+int64(i), whole.Dropped+2, whole.Lost+3
			before := contents(part)
			forward.Merge(part)
			if diff := cmp.Diff(before, contents(part)); diff != "" {
				t.Fatalf("Merge changed its argument (-before +after):\n%s", diff)
			}
			last := tallyOf(parts[len(parts)-1-i])
			last.Cancelled, last.Dropped, last.Lost = int64(i), 2, 3
			backward.Merge(last)
		}
		for _, merged := range []*Tally{forward, backward, forward.Clone()} {
			if diff := cmp.Diff(contents(whole), contents(merged)); diff != "" {
				t.Fatalf("merged parts differ from the whole (-whole +merged):\n%s", diff)
			}
		}
	})
}

// Law: every ended job is counted in exactly its histograms.
func TestTallyAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		jobs := endedJobs().Draw(t, "jobs")
		tally := tallyOf(jobs)
		var want [outcomes]int64
		var latency, failed, service, delay float64
		for _, job := range jobs {
			want[job.outcome]++
			service += (job.end - job.start).Seconds()
			delay += (job.start - job.intended).Seconds()
			if job.outcome == OK {
				latency += (job.end - job.intended).Seconds()
			} else {
				failed += (job.end - job.intended).Seconds()
			}
		}
		for _, outcome := range Outcomes() {
			if got := tally.Of(outcome); got != want[outcome] {
				t.Fatalf("%d %s, want %d", got, outcome, want[outcome])
			}
		}
		for _, row := range []struct {
			name  string
			h     *hist.Histogram
			count int64
			sum   float64
		}{
			{"latency", tally.Latency, tally.OK, latency},
			{"failed latency", tally.FailedLatency, tally.Failed + tally.Timeout, failed},
			{"service time", tally.ServiceTime, tally.Ended(), service},
			{"delay", tally.Delay, tally.Ended(), delay},
		} {
			if row.h.Count() != row.count || math.Abs(row.h.Sum()-row.sum) > 1e-9*(1+row.sum) {
				t.Fatalf("%s has %d samples with the sum %v s, want %d and %v",
					row.name, row.h.Count(), row.h.Sum(), row.count, row.sum)
			}
		}
		if tally.Ended() != int64(len(jobs)) {
			t.Fatalf("%d of %d jobs ended", tally.Ended(), len(jobs))
		}
		if err := tally.Check(); err != nil || tally.Accounted() != tally.Planned {
			t.Fatalf("%d of %d jobs are accounted for: %v", tally.Accounted(), tally.Planned, err)
		}
	})
}

func TestCounts(t *testing.T) {
	all := Counts{Planned: 127, OK: 64, Failed: 32, Timeout: 16, Cancelled: 8, Dropped: 4, Lost: 2}
	for i, outcome := range Outcomes() {
		if got, want := all.Of(outcome), int64(64>>i); got != want {
			t.Errorf("%s is %d, want %d", outcome, got, want)
		}
	}
	for _, test := range []struct {
		counts           Counts
		ended, accounted int64
		errorRate        float64
		check            string
	}{
		{Counts{}, 0, 0, 0, ""},
		{all, 112, 126, 54. / 118, "the accounting does not add up: 127 planned, 126 accounted for"},
		{Counts{Planned: 4, OK: 3, Lost: 1}, 3, 4, 0.25, ""},
		{Counts{Planned: 4, OK: 2, Dropped: 2}, 2, 4, 0.5, ""},
		{Counts{Planned: 9, Cancelled: 9}, 0, 9, 0, ""},
		{Counts{Planned: 9, Timeout: 5, Cancelled: 4}, 5, 9, 1, ""},
		{Counts{OK: 1}, 1, 1, 0, "the accounting does not add up: 0 planned, 1 accounted for"},
	} {
		c := test.counts
		if c.Ended() != test.ended || c.Accounted() != test.accounted || c.ErrorRate() != test.errorRate {
			t.Errorf("%+v: %d ended, %d accounted for, error rate %v; want %d, %d, %v",
				c, c.Ended(), c.Accounted(), c.ErrorRate(), test.ended, test.accounted, test.errorRate)
		}
		if err := c.Check(); (err == nil) != (test.check == "") || err != nil &&
			!strings.HasPrefix(err.Error(), test.check) {
			t.Errorf("%+v: %v, want %q", c, err, test.check)
		}
	}
}

func TestResetTallyIsNew(t *testing.T) {
	tally := thousand().Tally
	tally.Reset()
	if diff := cmp.Diff(contents(NewTally()), contents(tally)); diff != "" {
		t.Errorf("a reset tally is not empty (-new +reset):\n%s", diff)
	}
}

func TestClonedTallyIsIndependent(t *testing.T) {
	tally := thousand().Tally
	before := contents(tally)
	clone := tally.Clone()
	clone.End(Failed, 0, 1, 2)
	clone.Started++
	if diff := cmp.Diff(before, contents(tally)); diff != "" {
		t.Errorf("recording in the clone changed its original (-before +after):\n%s", diff)
	}
	if clone.Failed != 151 || clone.FailedLatency.Count() != 201 {
		t.Errorf("the clone has %d failed, %d failed latencies; want 151 and 201",
			clone.Failed, clone.FailedLatency.Count())
	}
}

func TestTallyEndAllocatesNothing(t *testing.T) {
	tally := NewTally()
	for _, outcome := range []Outcome{OK, Failed, TimedOut} {
		if n := testing.AllocsPerRun(1000, func() { tally.End(outcome, 1, 20, 3e9) }); n != 0 {
			t.Errorf("%v allocations to record a job that is %s", n, outcome)
		}
	}
}

func BenchmarkTallyEnd(b *testing.B) {
	tally := NewTally()
	b.ReportAllocs()
	for i := range b.N {
		at := time.Duration(i & 0xfffff)
		tally.End(OK, at, at+1000, at+1000+at)
	}
}

func BenchmarkTallyEndWithRecord(b *testing.B) {
	tally, log := NewTally(), NewJobLog(MaxJobs)
	b.ReportAllocs()
	for i := range b.N {
		at := time.Duration(i & 0xfffff)
		tally.End(OK, at, at+1000, at+1000+at)
		log.Put(int64(at), OK, at, at+1000, at+1000+at)
	}
}
