package cluster

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// compare returns how two reports differ; "" if they do not.
func compare(a, b *Report) string {
	return cmp.Diff(a, b, cmpopts.IgnoreUnexported(Report{}), cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b *aurea.Tally) bool {
			if a == nil || b == nil {
				return a == b
			}
			return string(a.AppendBinary(nil)) == string(b.AppendBinary(nil))
		}))
}

// Law: a report arrives exactly as it was sent, also into used memory.
func TestReportsArriveExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reused := new(Report)
		for _, w := range drawRun(t).workers {
			for _, r := range w.reports {
				data, err := r.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				if err := reused.UnmarshalBinary(data); err != nil {
					t.Fatal(err)
				}
				if diff := compare(r, reused); diff != "" {
					t.Fatalf("-sent +received:\n%s", diff)
				}
			}
		}
	})
}

// A worker says that it could not run its jobs, before its first one.
func TestReportOfAProblem(t *testing.T) {
	r := NewReport()
	r.Seq, r.Final = 1, &Final{Problem: "no descriptor is left", FirstStart: -1}
	if diff := compare(r, sent(t, r)); diff != "" {
		t.Errorf("-sent +received:\n%s", diff)
	}
}

func TestReportRefuses(t *testing.T) {
	ended := aurea.NewTally()
	ended.End(aurea.OK, 0, 1, 2)
	for name, change := range map[string]func(*Report){
		"number 0":                        func(r *Report) { r.Seq = 0 },
		"a length beyond its end":         func(r *Report) { r.Length = r.Elapsed + 1 },
		"a pause beyond its end":          func(r *Report) { r.Paused = r.Elapsed + 1 },
		"a negative time":                 func(r *Report) { r.Elapsed = -1 },
		"negative jobs in flight":         func(r *Report) { r.InFlight = -1 },
		"a CPU that is no number":         func(r *Report) { r.CPU = math.NaN() },
		"negative CPU":                    func(r *Report) { r.CPU = -1 },
		"planned jobs":                    func(r *Report) { r.Judged.Planned = 1 },
		"lost jobs":                       func(r *Report) { r.Judged.Lost = 1 },
		"a negative count":                func(r *Report) { r.Judged.Started = -1 },
		"a count beyond any run":          func(r *Report) { r.Judged.Dropped = maxCount + 1 },
		"an outcome without its latency":  func(r *Report) { r.Judged.OK++ },
		"a failure without its latency":   func(r *Report) { r.Judged.Failed++ },
		"a latency without its outcome":   func(r *Report) { r.Judged.Latency.Record(1) },
		"a service time without a job":    func(r *Report) { r.Judged.ServiceTime.Record(1) },
		"a delay without a job":           func(r *Report) { r.Judged.Delay.Record(1) },
		"the same in the warm-up":         func(r *Report) { r.Warmup = aurea.NewTally(); r.Warmup.OK = 1 },
		"more classes than failures":      func(r *Report) { r.Failures["a"] = 1 },
		"a traced job that is lost twice": func(r *Report) { r.Traced = []Traced{{Outcome: aurea.Lost + 1}} },
		"a final with a negative count":   func(r *Report) { r.Final = &Final{MaxInFlight: -1} },
		"a final with a wrong health":     func(r *Report) { r.Final = &Final{Health: aurea.Health{Steal: math.Inf(1)}} },
	} {
		r := NewReport()
		r.Seq, r.Elapsed, r.Length = 1, time.Second, time.Second
		r.Judged.Merge(ended)
		change(r)
		data, err := r.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := NewReport().UnmarshalBinary(data); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// A report has at most maxClasses classes of failures. No failure is forgotten.
func TestFailuresOfManyClasses(t *testing.T) {
	failures, m := map[string]int64{}, aurea.Measurement{}
	for i := range int64(100) {
		class := fmt.Sprintf("%s status_%d", strings.Repeat("ü", 30), i)
		failures[class] = i + 1
		m.Failures = append(m.Failures, aurea.ErrorClass{Class: class, Count: i + 1, Sample: strings.Repeat("a", 300)})
	}
	failures["bad\xff"], failures["timeout\n"] = 1000, 2000
	few := fewClasses(failures)
	var sum int64
	for class, n := range few {
		if sum += n; clipTo(maxClass, class) != class {
			t.Errorf("class %q", class)
		}
	}
	if len(few) > maxClasses || sum != 5050+3000 || few["bad\ufffd"] != 1000 {
		t.Errorf("%d classes with %d failures, of %q %d", len(few), sum, "bad\ufffd", few["bad\ufffd"])
	}
	sum = 0
	final := FinalOf(m)
	for _, class := range final.Failures {
		if sum += class.Count; len(class.Sample) > maxText {
			t.Errorf("a sample of %d bytes", len(class.Sample))
		}
	}
	if len(final.Failures) > maxClasses || sum != 5050 {
		t.Errorf("%d classes with %d failures", len(final.Failures), sum)
	}
}

// Merging two reports of 1 s and 3 s weighs their CPU by their length.
func TestMergedReport(t *testing.T) {
	a, b := NewReport(), NewReport()
	a.Seq, a.Elapsed, a.Length, a.CPU, a.InFlight = 4, time.Second, time.Second, 0.8, 3
	a.Failures["x"] = 1
	b.Elapsed, b.Length, b.CPU, b.InFlight, b.Paused = 4*time.Second, 3*time.Second, 0.4, 2, time.Second
	b.Failures["x"] = 2
	b.Warmup = aurea.NewTally()
	b.Warmup.Started = 5
	a.Merge(b)
	if a.Seq != 4 || a.Elapsed != 4*time.Second || a.Length != 4*time.Second || a.Paused != time.Second ||
		a.InFlight != 2 || math.Abs(a.CPU-0.5) > 1e-12 || a.Failures["x"] != 3 || a.Warmup.Started != 5 {
		t.Errorf("merged: %+v", a)
	}
	if b.Failures["x"] != 2 || b.Warmup.Started != 5 {
		t.Errorf("merging changed the other report: %+v", b)
	}
	a.Reset()
	if diff := compare(NewReport(), a); diff != "" {
		t.Errorf("after Reset: %s", diff)
	}
}

// Law: however large the breakdown is, the books have it once all reports are
// folded. Every report fits into a message.
func TestSplitBreakdown(t *testing.T) {
	names := aurea.MetricNames{}
	for i := range 100 {
		names.Phases = append(names.Phases, fmt.Sprintf("phase%d", i))
	}
	breakdown := aurea.NewBreakdown(names)
	for i := range 9000 {
		phases := make([]time.Duration, len(names.Phases))
		for k := range phases {
			phases[k] = time.Duration(i*i*1000 + k)
		}
		breakdown.Record(phases, nil)
	}
	w := simulatedWorker{shard: decodePlan(t, `{"num_jobs": 3, "concurrency": 2}`)}
	w.jobs = []simulatedJob{{end: 1}, {end: 2}, {end: 1500 * time.Millisecond}}
	books := NewBooks(w.shard, 7, names)
	first, last := w.interval(0, time.Second), w.interval(time.Second, 2*time.Second)
	first.Seq, last.Seq, first.SoFar = 1, 2, nil
	m := w.measurement(2 * time.Second)
	m.Breakdown = breakdown
	last.Finish(m, 0)
	reports := append([]*Report{first}, last.Split()...)
	if len(reports) < 4 {
		t.Fatalf("%d reports of %d bytes", len(reports), len(breakdown.AppendBinary(nil)))
	}
	for _, r := range reports {
		if got, err := books.Fold(sent(t, r), 2*time.Second); got != Folded {
			t.Fatalf("report %d of %d: %s: %v", r.Seq, len(reports), got, err)
		}
	}
	if !books.Ended() || string(books.Breakdown().AppendBinary(nil)) != string(breakdown.AppendBinary(nil)) {
		t.Error("the breakdown is not the one that was sent")
	}
}

// Law: data is refused, or decodes to a report that encodes and decodes to itself.
func FuzzReport(f *testing.F) {
	for _, r := range exampleReports(f) {
		data, err := r.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("\x0100\x80\x94\xeb\xdc0\x80\x94\xeb\xdc00000000000\x01\a000000")) // a text longer than the rest
	first, second := new(Report), new(Report)
	f.Fuzz(func(t *testing.T, data []byte) {
		if first.UnmarshalBinary(data) != nil {
			return
		}
		written, err := first.MarshalBinary()
		if err != nil {
			t.Fatalf("%x decodes, but does not encode: %v", data, err)
		}
		if err := second.UnmarshalBinary(written); err != nil {
			t.Fatalf("%x decodes, but not when encoded again: %v", data, err)
		}
		if again, err := second.MarshalBinary(); err != nil || string(again) != string(written) {
			t.Fatalf("%x is %x, and then %x (%v)", data, written, again, err)
		}
	})
}

// exampleReports returns the two reports of a worker with jobs of each outcome.
func exampleReports(t testing.TB) []*Report {
	w := simulatedWorker{shard: decodePlan(t, `{"rate": 4, "num_jobs": 6, "warmup": "500ms"}`)}
	for i, outcome := range []aurea.Outcome{aurea.OK, aurea.Failed, aurea.TimedOut, aurea.Cancelled, aurea.Dropped, aurea.OK} {
		due := time.Duration(i) * 250 * time.Millisecond
		w.jobs = append(w.jobs, simulatedJob{
			intended: due, start: due + 1, end: due + time.Millisecond, outcome: outcome, unstarted: outcome == aurea.Dropped,
		})
	}
	reports := []*Report{w.interval(0, time.Second), w.interval(time.Second, 2*time.Second)}
	reports[0].Seq, reports[1].Seq = 1, 2
	reports[1].Finish(w.measurement(2*time.Second), 3)
	return reports
}

// The memory of a decoded report does not grow with what the data claims.
func TestReportMemoryIsBounded(t *testing.T) {
	tally := aurea.NewTally() // with a sample in every power of two
	for d := time.Duration(1); d < 24*time.Hour; d *= 2 {
		tally.End(aurea.OK, 0, 0, d)
	}
	r := NewReport()
	r.Seq, r.Judged, r.Warmup = 1, tally, tally
	data, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	const twoTallies = 2 * 4 * 38 * 8 << 10 // histograms with all of their chunks
	decoded := new(Report)
	for _, c := range []struct {
		data  []byte
		limit int
	}{
		{data, twoTallies + 20*len(data)},
		{data, 20 * len(data)}, // into used memory
		{data[:len(data)/2], 20 * len(data)},
		{[]byte("\x01\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x40\xff\xff\xff\xff\x07"), 1 << 10},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_ = decoded.UnmarshalBinary(c.data)
		runtime.ReadMemStats(&after)
		if took := int(after.TotalAlloc - before.TotalAlloc); took > c.limit {
			t.Errorf("decoding %d bytes took %d, more than %d", len(c.data), took, c.limit)
		}
	}
}
