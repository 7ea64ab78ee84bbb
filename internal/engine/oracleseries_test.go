package engine

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// checkInFlight follows the number of jobs in flight over the judged part,
// including jobs of the warm-up.
func (o *oracle) checkInFlight() {
	type change struct {
		at time.Duration
		by int64
	}
	var changes []change
	var busy time.Duration
	for _, job := range o.records {
		start, end := max(job.Start, o.from), job.End
		if end > start {
			changes = append(changes, change{start, 1}, change{end, -1})
			busy += end - start
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)) })
	var now, most int64
	for _, c := range changes {
		now += c.by
		most = max(most, now)
	}
	o.same("in_flight.max", o.r.InFlight.Max, most)
	o.near("in_flight.mean", o.r.InFlight.Mean, ratio(busy.Seconds(), o.length()))
	o.near("in_flight.effective", o.r.InFlight.Effective, o.r.InFlight.Mean)
}

func (o *oracle) checkSeries() {
	var last float64
	for i, p := range o.r.Series {
		var started, ok, failed, inFlight int64
		var times []time.Duration
		for _, job := range o.records {
			start, end := job.Start.Seconds(), job.End.Seconds()
			if start >= last && start < p.T {
				started++
			}
			if start < p.T && end > p.T {
				inFlight++
			}
			if end <= last || end > p.T {
				continue
			}
			switch job.Outcome {
			case aurea.OK:
				ok++
				times = append(times, latency(job))
			case aurea.Failed, aurea.TimedOut:
				failed++
			}
		}
		at := fmt.Sprintf("series[%d] from %v to %v: ", i, last, p.T)
		o.same(at+"started", p.Started, started)
		o.same(at+"ok", p.OK, ok)
		o.same(at+"failed", p.Failed, failed)
		o.same(at+"in_flight", p.InFlight, inFlight)
		o.near(at+"throughput", p.Throughput, ratio(float64(ok), p.T-last))
		slices.Sort(times)
		o.checkQuantile(at+"p50", p.P50, times, 50, 100)
		o.checkQuantile(at+"p90", p.P90, times, 90, 100)
		o.checkQuantile(at+"p99", p.P99, times, 99, 100)
		last = p.T
	}
	if len(o.records) > 0 {
		o.near("the end of the series", last, o.to.Seconds())
	}
}

func (o *oracle) checkParts() {
	for i, part := range o.r.Parts {
		var jobs []aurea.JobRecord
		for _, job := range o.judged {
			if o.part(job.Index) == i {
				jobs = append(jobs, job)
			}
		}
		counts := countRecords(jobs)
		for _, job := range o.dropped {
			if o.part(job) == i {
				counts.Dropped++
				counts.Planned++
			}
		}
		o.same(part.Name+"'s counts", part.Counts, counts)
		o.near(part.Name+"'s throughput", part.Throughput, ratio(float64(counts.OK), o.length()))
		o.checkSummary(part.Name+"'s latency", part.Latency, took(jobs, latency, aurea.OK))
		o.checkSummary(part.Name+"'s service_time", part.ServiceTime,
			took(jobs, service, aurea.OK, aurea.Failed, aurea.TimedOut))
		o.checkSummary(part.Name+"'s delay", part.Delay, took(jobs, delay, aurea.OK, aurea.Failed, aurea.TimedOut))
		o.checkSummary(part.Name+"'s failed_latency", part.FailedLatency,
			took(jobs, latency, aurea.Failed, aurea.TimedOut))
	}
}
