package cluster

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

// A simulatedRun is a run whose jobs were drawn, with what each worker reports of
// its shard.
type simulatedRun struct {
	plan    aurea.Plan
	workers []simulatedWorker
	end     time.Duration // of the last report
}

// A simulatedWorker has the jobs of one shard and the reports on them.
type simulatedWorker struct {
	shard   aurea.Plan
	jobs    []simulatedJob
	reports []*Report
}

// A simulatedJob has the times and the outcome of one job.
type simulatedJob struct {
	intended, start, end time.Duration
	outcome              aurea.Outcome
	unstarted            bool // dropped, or cancelled before it started
}

// simulatedMetrics is what the jobs of a simulated run report.
var simulatedMetrics = aurea.MetricNames{
	Phases: []string{"connect", aurea.CPUPhase}, Counters: []string{"bytes_in"},
	Parts: []aurea.Part{{Name: "read", Weight: 0.9}, {Name: "write", Weight: 0.1}},
}

var simulatedSpecs = []string{
	`{"num_jobs": 40, "concurrency": 8}`,
	`{"num_jobs": 3, "concurrency": 2}`,
	`{"duration": "3s", "concurrency": 8, "warmup": "700ms"}`,
	`{"num_jobs": 30, "duration": "20s", "concurrency": 7}`,
	`{"rate": 20, "num_jobs": 50, "warmup": "1s"}`,
	`{"rate": 20, "duration": "3s", "warmup": "1s", "concurrency": 6, "on_saturation": "drop"}`,
	`{"rate": 20, "duration": "3s", "arrival": "poisson", "seed": 4, "warmup": "1s"}`,
	`{"stages": [{"duration": "2s", "rate": 30}, {"duration": "2s", "rate": 0}]}`,
	`{"stages": [{"duration": "3s", "concurrency": 9}]}`,
}

func decodePlan(t rapid.TB, document string) aurea.Plan {
	t.Helper()
	spec, err := aurea.DecodeSpec([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return aurea.NewPlan(spec, 1)
}

// drawRun draws a run of one of the specs.
func drawRun(t *rapid.T) *simulatedRun {
	run := &simulatedRun{plan: decodePlan(t, rapid.SampledFrom(simulatedSpecs).Draw(t, "spec"))}
	weights := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 5).Draw(t, "weights")
	for i := range weights {
		w := simulatedWorker{shard: run.plan.Shard(i, weights)}
		w.drawJobs(t)
		w.report(t)
		run.workers = append(run.workers, w)
		run.end = max(run.end, w.reports[len(w.reports)-1].Elapsed)
	}
	return run
}

// drawJobs draws the jobs that the shard has or, of a closed one that time ends,
// a few.
func (w *simulatedWorker) drawJobs(t *rapid.T) {
	shard := w.shard
	n := shard.Jobs
	switch {
	case shard.Jobs == 0:
		return
	case shard.End != aurea.Forever && shard.Open():
		n = aurea.NewSchedule(shard).DueBefore(time.Duration(shard.End))
	case shard.End != aurea.Forever:
		n = rapid.Int64Range(0, min(shard.Jobs, 20)).Draw(t, "jobs")
	}
	schedule := aurea.NewSchedule(shard)
	for k := range n {
		job := simulatedJob{outcome: rapid.SampledFrom([]aurea.Outcome{
			aurea.OK, aurea.OK, aurea.OK, aurea.Failed, aurea.TimedOut, aurea.Cancelled, aurea.Dropped,
		}).Draw(t, "outcome")}
		if shard.Open() {
			job.intended = schedule.Start(k)
			job.start = job.intended + drawTime(t, "delay")
			job.unstarted = job.outcome == aurea.Dropped || job.outcome == aurea.Cancelled && rapid.Bool().Draw(t, "unstarted")
		} else {
			if job.outcome == aurea.Dropped {
				job.outcome = aurea.OK
			}
			job.intended = drawTime(t, "intended")
			job.start = job.intended
		}
		job.end = job.start + drawTime(t, "service")
		w.jobs = append(w.jobs, job)
	}
}

func drawTime(t *rapid.T, label string) time.Duration {
	return time.Duration(rapid.Int64Range(0, int64(2*time.Second)).Draw(t, label))
}

// inWarmup reports whether a job is one of the warm-up.
func (w *simulatedWorker) inWarmup(job simulatedJob) bool {
	return job.intended < time.Duration(w.shard.Spec.Warmup)
}

// count adds a job to a tally, as far as it went from a moment to another.
func (job simulatedJob) count(t *aurea.Tally, from, until time.Duration) {
	within := func(moment time.Duration) bool { return from <= moment && moment < until }
	if !job.unstarted && within(job.start) {
		t.Started++
	}
	if !within(job.end) {
		return
	}
	switch job.outcome {
	case aurea.Cancelled:
		t.Cancelled++
	case aurea.Dropped:
		t.Dropped++
	default:
		t.End(job.outcome, job.intended, job.start, job.end)
	}
}

// tallies returns what one tally of the judged part and one of the warm-up have of
// the jobs, from a moment to another.
func (w *simulatedWorker) tallies(from, until time.Duration) (judged, warmup *aurea.Tally) {
	judged, warmup = aurea.NewTally(), aurea.NewTally()
	for _, job := range w.jobs {
		if w.inWarmup(job) {
			job.count(warmup, from, until)
		} else {
			job.count(judged, from, until)
		}
	}
	return judged, warmup
}

// breakdown returns what the jobs that ended reported until a moment.
func (w *simulatedWorker) breakdown(until time.Duration) *aurea.Breakdown {
	b := aurea.NewBreakdown(simulatedMetrics)
	for i, job := range w.jobs {
		if !w.inWarmup(job) && !job.unstarted && job.end < until {
			b.Record([]time.Duration{job.end - job.start, -1}, []int64{int64(i)})
			b.RecordStatuses(aurea.StatusCounts{{Status: 200 + i%2, Count: 1}})
			job.count(b.Part(i%2), 0, until)
		}
	}
	return b
}

// report makes the reports: of one interval or of several that were merged.
func (w *simulatedWorker) report(t *rapid.T) {
	var last time.Duration
	for _, job := range w.jobs {
		last = max(last, job.end)
	}
	last++
	var merged *Report
	for from := time.Duration(0); from < last; from += time.Second {
		r := w.interval(from, min(from+time.Second, last))
		if merged != nil {
			merged.Merge(r)
			r = merged
		}
		if merged = r; from+time.Second >= last || rapid.Bool().Draw(t, "sent") {
			r.Seq, merged = uint64(len(w.reports)+1), nil
			w.reports = append(w.reports, r)
		}
	}
	w.reports[len(w.reports)-1].Finish(w.measurement(last), 0)
}

// interval returns the report of one interval.
func (w *simulatedWorker) interval(from, until time.Duration) *Report {
	r := NewReport()
	r.Epoch, r.Elapsed, r.Length, r.CPU = 7, until, until-from, 0.25
	r.Judged, r.Warmup = w.tallies(from, until)
	r.SoFar = soFarOf(w.breakdown(until))
	for i, job := range w.jobs {
		if job.start < until && job.end >= until && !job.unstarted {
			r.InFlight++
		}
		if job.outcome == aurea.Failed && from <= job.end && job.end < until {
			r.Failures[failureClass(i)]++
			r.Traced = append(r.Traced, Traced{Job: int64(i), Start: job.start, End: job.end, Outcome: job.outcome,
				Problem: "refused"})
		}
	}
	return r
}

func failureClass(job int) string { return fmt.Sprintf("class %d", job%3) }

// measurement returns what the worker's engine measured.
func (w *simulatedWorker) measurement(end time.Duration) aurea.Measurement {
	m := aurea.Measurement{
		Duration: end, FirstStart: -1, PeakUntil: end, OtherBusy: 0.5,
		Breakdown: w.breakdown(time.Duration(aurea.Forever)),
		Health:    aurea.Health{CPU: 0.5, GCPauseMax: float64(len(w.jobs))},
	}
	m.Tally, m.Warmup = w.tallies(0, time.Duration(aurea.Forever))
	m.Tally.Planned, m.Warmup.Planned = m.Tally.Accounted(), m.Warmup.Accounted()
	if w.shard.Open() {
		m.Lateness = hist.New()
	}
	classes := map[string]int64{}
	for i, job := range w.jobs {
		if job.unstarted {
			continue
		}
		m.MaxInFlight = 1
		if w.shard.Open() && !w.inWarmup(job) {
			m.Lateness.Record(job.start - job.intended)
		}
		m.LastStart = max(m.LastStart, job.start)
		if m.FirstStart < 0 || job.start < m.FirstStart {
			m.FirstStart = job.start
		}
		if job.outcome == aurea.Failed && !w.inWarmup(job) {
			classes[failureClass(i)]++
		}
	}
	for class, n := range classes {
		m.Failures = append(m.Failures, aurea.ErrorClass{Class: class, Count: n, Sample: "refused"})
	}
	return m
}

// totals returns one tally of all jobs of the workers, with the planned ones.
func totals(workers []simulatedWorker) (judged, warmup *aurea.Tally) {
	judged, warmup = aurea.NewTally(), aurea.NewTally()
	for _, w := range workers {
		j, u := w.tallies(0, time.Duration(aurea.Forever))
		judged.Merge(j)
		warmup.Merge(u)
	}
	judged.Planned, warmup.Planned = judged.Accounted(), warmup.Accounted()
	return judged, warmup
}

// sent returns a report as it arrives.
func sent(t rapid.TB, r *Report) *Report {
	t.Helper()
	data, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	received := NewReport()
	if err := received.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	return received
}

// equal fails the test unless two tallies are equal to the last bit.
func equal(t rapid.TB, what string, got, want *aurea.Tally) {
	t.Helper()
	if !bytes.Equal(got.AppendBinary(nil), want.AppendBinary(nil)) {
		t.Fatalf("%s: %+v started %d %+v, want %+v started %d %+v", what,
			got.Counts, got.Started, aurea.Summarize(got.Latency), want.Counts, want.Started, aurea.Summarize(want.Latency))
	}
}

func unpack(t rapid.TB, packed aurea.PackedTally) *aurea.Tally {
	t.Helper()
	tally, err := packed.Unpack()
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

// drawDeliveries returns an order in which the workers' reports arrive, as indexes
// of workers: each worker's reports in order, some of them again.
func drawDeliveries(t *rapid.T, run *simulatedRun, lost []bool) []delivery {
	var deliveries []delivery
	next := make([]int, len(run.workers))
	for {
		var open []int
		for i, w := range run.workers {
			if limit := len(w.reports); next[i] < limit && (!lost[i] || next[i] < limit-1) {
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			return deliveries
		}
		i := rapid.SampledFrom(open).Draw(t, "from")
		deliveries = append(deliveries, delivery{i, next[i], Folded})
		if next[i]++; rapid.Bool().Draw(t, "again") {
			deliveries = append(deliveries, delivery{i, rapid.IntRange(0, next[i]-1).Draw(t, "which"), Again})
		}
	}
}

// A delivery is one arrival of a report, and what becomes of it.
type delivery struct {
	worker, report int
	want           Outcome
}

// noneLost says that no worker of the run is lost.
func noneLost(run *simulatedRun) []bool { return slices.Repeat([]bool{false}, len(run.workers)) }
