package cluster

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

// A shard of 6 arrivals, 250 ms apart, in two reports.
const exampleSpec = `{"rate": 4, "num_jobs": 6, "warmup": "500ms"}`

func exampleBooks(t testing.TB) *Books {
	return NewBooks(decodePlan(t, exampleSpec), 7, simulatedMetrics)
}

// fold folds a report at the end of its interval.
func fold(t testing.TB, b *Books, r *Report, want Outcome) {
	t.Helper()
	got, err := b.Fold(r, r.Elapsed)
	if got != want || (err != nil) != (want == Refused) {
		t.Fatalf("report %d is %s (%v), want %s", r.Seq, got, err, want)
	}
}

// changed returns the example's reports after a change of the last one.
func changed(t testing.TB, change func(first, last *Report)) []*Report {
	reports := exampleReports(t)
	change(reports[0], reports[1])
	return reports
}

// latenessOf returns the binary form of the lateness of so many jobs.
func latenessOf(jobs int64) []byte {
	h := hist.New()
	h.RecordN(0, jobs)
	return h.AppendBinary(nil)
}

func TestBooksRefuse(t *testing.T) {
	const late = 3600 * time.Second
	for name, c := range map[string]struct {
		change func(first, last *Report)
		want   string
	}{
		"another epoch":            {func(_, r *Report) { r.Epoch = 6 }, "of epoch 6, and the run has epoch 7"},
		"a gap":                    {func(_, r *Report) { r.Seq = 3 }, "report 3 comes after report 1"},
		"a time to come":           {func(_, r *Report) { r.Elapsed += late; r.Length += late }, "and the run is at"},
		"a time that was reported": {func(_, r *Report) { r.Length = r.Elapsed }, "begins at 0s"},
		"jobs that were not due": {func(_, r *Report) { r.Judged.Started += 2; r.Final = nil },
			"8 jobs were started or dropped by 2s, and at most 6 were due"},
		"jobs that the shard lacks": {func(_, r *Report) { r.Judged.Cancelled += 5; r.Final = nil },
			"11 jobs have an outcome, and the shard has 6"},
		"totals of other jobs": {func(_, r *Report) { r.Final.Judged.Started++ }, "its reports add up to"},
		"an outcome too many":  {func(_, r *Report) { r.Judged.Cancelled++ }, "7 jobs have an outcome"},
		"a plan of other jobs": {func(_, r *Report) { r.Final.Warmup.Planned++ }, "the warm-up has 3 jobs planned and 2"},
		"other times":          {func(_, r *Report) { r.Judged.Delay.Record(0) }, "times of the judged part"},
		"another sum":          {func(_, r *Report) { r.Final.Judged.Sum[3]++ }, "times of the judged part"},
		"no lateness":          {func(_, r *Report) { r.Final.Lateness = nil }, "the lateness: hist: not the"},
		"lateness of no job": {func(_, r *Report) { r.Final.Lateness = latenessOf(100) },
			"the lateness is of 100 jobs, and 5 were started"},
		"a late end": {func(_, r *Report) { r.Final.Duration = late }, "the last job ended at 1h0m0s"},
		"failures of no job": {func(_, r *Report) { r.Final.Failures = []aurea.ErrorClass{{Class: "a", Count: 3}} },
			"more failures have a class than the 1"},
		"a breakdown of others": {func(_, r *Report) { r.Piece = aurea.NewBreakdown(aurea.MetricNames{}).AppendBinary(nil) },
			"not of what the workload reports"},
		"a breakdown with a wrong part": {func(_, r *Report) {
			b := aurea.NewBreakdown(simulatedMetrics)
			b.Part(1).OK++
			r.Piece = b.AppendBinary(nil)
		}, "part write: the latencies of 0 and 0 jobs"},
		"a breakdown so far of others": {func(_, r *Report) {
			r.SoFar = aurea.NewBreakdown(aurea.MetricNames{}).AppendBinary(nil)
		}, "not of what the workload reports"},
		"a breakdown so far with a wrong part": {func(_, r *Report) {
			b := aurea.NewBreakdown(simulatedMetrics)
			b.Part(0).Failed++
			r.SoFar = b.AppendBinary(nil)
		}, "part read: the latencies of 0 and 0 jobs"},
		"no breakdown": {func(_, r *Report) { r.Piece = []byte("x") }, "not of what the workload reports"},
	} {
		books, reports := exampleBooks(t), changed(t, c.change)
		fold(t, books, reports[0], Folded)
		judged, warmup := books.Judged(), books.Warmup()
		outcome, err := books.Fold(reports[1], 2*time.Second)
		if outcome != Refused || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s is %s: %v, want %q", name, outcome, err, c.want)
		}
		if string(judged)+string(warmup) != string(books.Judged())+string(books.Warmup()) ||
			books.Final() != nil || books.Reports() != 1 {
			t.Errorf("%s changed the books", name)
		}
		if fold(t, books, exampleReports(t)[1], Folded); !books.Ended() {
			t.Errorf("after %s, the right report does not close the books", name)
		}
	}
}

func TestBooksCountReportsOnce(t *testing.T) {
	books, reports := exampleBooks(t), exampleReports(t)
	fold(t, books, reports[0], Folded)
	fold(t, books, reports[0], Again)
	fold(t, books, reports[1], Folded)
	fold(t, books, reports[0], Again)
	fold(t, books, reports[1], Again)
	reports[1].Seq = 3
	if _, err := books.Fold(reports[1], second); err == nil || !strings.Contains(err.Error(), "after the last one, 2") {
		t.Errorf("a report after the last: %v", err)
	}
	all := aurea.Counts{Planned: 4, OK: 1, Timeout: 1, Cancelled: 1, Dropped: 1}
	if got := unpack(t, books.Judged()).Counts; got != all {
		t.Errorf("judged %+v, want %+v", got, all)
	}
	if got, want := unpack(t, books.Warmup()).Counts, (aurea.Counts{Planned: 2, OK: 1, Failed: 1}); got != want {
		t.Errorf("warm-up %+v, want %+v", got, want)
	}
	if books.Reports() != 2 || books.Final().Records != 3 {
		t.Errorf("%d reports, %d records", books.Reports(), books.Final().Records)
	}
}

// A duplicate shows that the worker is there, and its answer renews the lease.
func TestLongestGap(t *testing.T) {
	books, reports := exampleBooks(t), exampleReports(t)
	for _, at := range []struct {
		now    time.Duration
		report *Report
	}{{time.Second, reports[0]}, {3 * time.Second, reports[0]}, {4 * time.Second, reports[1]}} {
		if _, err := books.Fold(at.report, at.now); err != nil {
			t.Fatal(err)
		}
		if books.LastReport() != at.now {
			t.Errorf("heard at %s, want %s", books.LastReport(), at.now)
		}
	}
	if books.LongestGap() != 2*time.Second {
		t.Errorf("longest gap %s, want 2s", books.LongestGap())
	}
}

// Reports of a lost worker are taken for a while, and the last one makes the books
// exact.
func TestLostWorkerReturns(t *testing.T) {
	books, reports := exampleBooks(t), exampleReports(t)
	fold(t, books, reports[0], Folded)
	books.Lose(6*time.Second, 6*time.Second)
	rest := aurea.Counts{Planned: 4, Timeout: 1, Cancelled: 1, Lost: 2}
	if got := unpack(t, books.Judged()).Counts; got != rest {
		t.Fatalf("lost: %+v, want %+v", got, rest)
	}
	if !books.Lost() || books.Ended() {
		t.Fatalf("lost is %t, ended is %t", books.Lost(), books.Ended())
	}
	if _, err := books.Fold(reports[1], 11*time.Second+1); err == nil || !strings.Contains(err.Error(), "too late") {
		t.Errorf("after 5 s: %v", err)
	}
	if outcome, err := books.Fold(reports[1], 11*time.Second); outcome != Folded {
		t.Fatalf("within 5 s: %s (%v)", outcome, err)
	}
	all := aurea.Counts{Planned: 4, OK: 1, Timeout: 1, Cancelled: 1, Dropped: 1}
	if got := unpack(t, books.Judged()).Counts; got != all {
		t.Errorf("returned: %+v, want %+v", got, all)
	}
	if books.Lost() || !books.Ended() {
		t.Errorf("returned: lost is %t, ended is %t", books.Lost(), books.Ended())
	}
}

// Where time ends an open run, what was due after its stop is not planned.
func TestLostJobsUntilTheStop(t *testing.T) {
	for _, c := range []struct {
		spec  string
		until time.Duration
		want  int64
	}{
		{`{"rate": 4, "duration": "60s"}`, time.Duration(aurea.Forever), 240},
		{`{"rate": 4, "duration": "60s"}`, 10 * time.Second, 41},
		{`{"rate": 4, "duration": "60s", "num_jobs": 20}`, 10 * time.Second, 20},
		{`{"rate": 4, "num_jobs": 200}`, 10 * time.Second, 200},
		{`{"num_jobs": 200, "concurrency": 4}`, 10 * time.Second, 200},
		{`{"duration": "60s", "concurrency": 4}`, 10 * time.Second, 0},
	} {
		books := NewBooks(decodePlan(t, c.spec), 7, simulatedMetrics)
		books.Lose(12*time.Second, c.until)
		if got := unpack(t, books.Judged()); got.Lost != c.want || got.Planned != c.want {
			t.Errorf("%s until %s: %d lost of %d, want %d", c.spec, c.until, got.Lost, got.Planned, c.want)
		}
	}
}

// A control moves what is due: a pause of 5 s, and twice the rate.
func TestControlsMoveTheBooks(t *testing.T) {
	books := NewBooks(decodePlan(t, `{"rate": 4, "duration": "60s"}`), 7, simulatedMetrics)
	for _, c := range []struct {
		control aurea.Control
		at      time.Duration
	}{
		{aurea.Control{Kind: aurea.Pause}, 10 * time.Second},
		{aurea.Control{Kind: aurea.Resume}, 15 * time.Second},
		{aurea.Control{Kind: aurea.ChangeLoad, Rate: 8}, 25 * time.Second},
	} {
		if err := books.Apply(c.control, c.at); err != nil {
			t.Fatal(err)
		}
	}
	if err := books.Apply(aurea.Control{Kind: aurea.Resume}, 26*time.Second); err == nil {
		t.Error("a run that is not paused was resumed")
	}
	books.Lose(30*time.Second, 30*time.Second)
	// 10 s and 10 s at 4 a second, then 5 s at 8, and the job due at the stop.
	if got := unpack(t, books.Judged()).Lost; got != 121 {
		t.Errorf("%d lost, want 121", got)
	}
}

// A worker that stood still reports late what it started when it went on, in the
// interval in which it was suspended.
func TestReportOfASuspendedWorker(t *testing.T) {
	shard := decodePlan(t, `{"rate": 10, "num_jobs": 1000}`)
	for now, want := range map[time.Duration]Outcome{second: Refused, 3 * second: Refused, 5 * second: Folded} {
		r := newInterval(0, second)
		r.Epoch, r.Seq = 7, 1
		*r.Judged = *aurea.NewTally()
		r.Judged.Started = 50
		if got, err := NewBooks(shard, 7, simulatedMetrics).Fold(r, now); got != want {
			t.Errorf("50 jobs by 1s, reported at %s, are %s: %v, want %s", now, got, err, want)
		}
	}
}

// Law: a worker cannot start more jobs than were due, also with drawn arrivals, and
// no seed makes an honest one exceed the limit.
func TestMaxDue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := decodePlan(t, rapid.SampledFrom([]string{
			`{"rate": 300, "duration": "60s", "arrival": "poisson"}`,
			`{"rate": 300, "duration": "60s"}`,
			`{"stages": [{"duration": "9s", "rate": 900}, {"duration": "9s", "rate": 0}], "arrival": "poisson"}`,
		}).Draw(t, "spec"))
		plan.Seed = rapid.Uint64().Draw(t, "seed")
		shard := plan.Shard(1, []int{2, 1, 3})
		at := time.Duration(rapid.Int64Range(0, 2e10).Draw(t, "at"))
		due, limit := aurea.NewSchedule(shard).DueBefore(at), NewBooks(shard, 7, simulatedMetrics).maxDue(at)
		if limit < due || limit > due+1000 {
			t.Fatalf("%d are due by %s, and the limit is %d", due, at, limit)
		}
	})
}

// A worker that could not go on leaves the books open for Lose.
func TestProblemOfAWorker(t *testing.T) {
	books, reports := exampleBooks(t), exampleReports(t)
	fold(t, books, reports[0], Folded)
	failed := NewReport()
	failed.Epoch, failed.Seq, failed.Elapsed = 7, 2, time.Second
	failed.Final = &Final{Problem: "the disk is full"}
	fold(t, books, failed, Folded)
	if books.Ended() || books.Final().Problem != "the disk is full" {
		t.Errorf("ended %v, final %+v", books.Ended(), books.Final())
	}
	books.Lose(time.Second, time.Second)
	if got := unpack(t, books.Judged()).Lost; got != 2 || !books.Lost() {
		t.Errorf("%d lost, want 2", got)
	}
}

// Without a last report, failures come from the reports: not those of the warm-up,
// and without samples.
func TestFailuresOfALostWorker(t *testing.T) {
	books := NewBooks(decodePlan(t, exampleSpec), 7, simulatedMetrics)
	both, judged := NewReport(), NewReport()
	both.Epoch, both.Seq, both.Elapsed, both.Length = 7, 1, time.Second, time.Second
	both.warmup().End(aurea.Failed, 0, 0, 1)
	both.Judged.End(aurea.Failed, 0, 0, 1)
	both.Failures["refused"], both.Failures["reset"] = 1, 1
	judged.Epoch, judged.Seq, judged.Elapsed, judged.Length = 7, 2, 2*time.Second, time.Second
	judged.Judged.End(aurea.Failed, 0, 0, 1)
	judged.Judged.End(aurea.TimedOut, 0, 0, 1)
	judged.Failures["reset"] = 2
	fold(t, books, both, Folded)
	fold(t, books, judged, Folded)
	books.Lose(3*time.Second, 3*time.Second)
	want := []aurea.ErrorClass{{Class: "reset", Count: 2}, {Class: "refused", Count: 1}}
	if diff := cmp.Diff(want, books.Failures()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
