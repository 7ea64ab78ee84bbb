package engine

import (
	"math"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func (o *oracle) checkTimes() {
	o.near("duration", o.r.Duration, o.length())
	o.near("throughput", o.r.Throughput, ratio(float64(o.r.Counts.OK), o.length()))
	o.near("mean_latency", o.r.MeanLatency, o.r.Latency.Mean)
	o.checkSummary("latency", o.r.Latency, took(o.judged, latency, aurea.OK))
	o.checkSummary("service_time", o.r.ServiceTime, took(o.judged, service, aurea.OK, aurea.Failed, aurea.TimedOut))
	o.checkSummary("delay", o.r.Delay, took(o.judged, delay, aurea.OK, aurea.Failed, aurea.TimedOut))
	o.checkLateness()
	o.checkSummary("failed_latency", o.r.FailedLatency, took(o.judged, latency, aurea.Failed, aurea.TimedOut))
	if o.r.Warmup != nil {
		o.checkSummary("the warm-up's latency", o.r.Warmup.Latency, took(o.warmup, latency, aurea.OK))
		o.checkSummary("the warm-up's service_time", o.r.Warmup.ServiceTime,
			took(o.warmup, service, aurea.OK, aurea.Failed, aurea.TimedOut))
		o.checkSummary("the warm-up's delay", o.r.Warmup.Delay,
			took(o.warmup, delay, aurea.OK, aurea.Failed, aurea.TimedOut))
	}
}

// checkLateness expects no lateness of an open run on a clock that only sleeping
// moves, however long arrivals wait for a slot. In the closed model it is the delay.
func (o *oracle) checkLateness() {
	if !o.plan.Open() {
		o.same("lateness", o.r.Health.Lateness, o.r.Delay.P99)
		return
	}
	o.same("lateness.max", o.r.lateness.Max(), time.Duration(0))
	started := took(o.judged, service, aurea.OK, aurea.Failed, aurea.TimedOut, aurea.Cancelled)
	o.same("lateness.count", o.r.lateness.Count(), int64(len(started)))
}

func latency(job aurea.JobRecord) time.Duration { return job.End - job.Intended }
func service(job aurea.JobRecord) time.Duration { return job.End - job.Start }
func delay(job aurea.JobRecord) time.Duration   { return job.Start - job.Intended }

// took returns a time of the jobs with the given outcomes, shortest first.
func took(jobs []aurea.JobRecord, of func(aurea.JobRecord) time.Duration, outcomes ...aurea.Outcome) []time.Duration {
	var times []time.Duration
	for _, job := range jobs {
		if slices.Contains(outcomes, job.Outcome) {
			times = append(times, of(job))
		}
	}
	slices.Sort(times)
	return times
}

func (o *oracle) checkSummary(what string, got aurea.Summary, times []time.Duration) {
	o.Helper()
	n := len(times)
	o.same(what+".count", got.Count, int64(n))
	if n == 0 {
		o.same(what, got, aurea.Summary{})
		return
	}
	var sum, squares float64
	for _, d := range times {
		sum += d.Seconds()
	}
	for _, d := range times {
		off := d.Seconds() - sum/float64(n)
		squares += off * off
	}
	o.near(what+".mean", got.Mean, sum/float64(n))
	if deviation := math.Sqrt(squares / float64(n)); math.Abs(got.StdDev-deviation) > 1e-9*deviation+1e-12 {
		o.Errorf("%s.stddev is %v, want %v", what, got.StdDev, deviation)
	}
	o.same(what+".min", got.Min, times[0].Seconds())
	o.same(what+".max", got.Max, times[n-1].Seconds())
	for _, q := range []struct {
		name        string
		share, unit int
		got         float64
	}{
		{"p50", 500, 1000, got.P50}, {"p90", 900, 1000, got.P90}, {"p95", 950, 1000, got.P95},
		{"p99", 990, 1000, got.P99}, {"p999", 999, 1000, got.P999},
	} {
		o.checkQuantile(what+"."+q.name, q.got, times, q.share, q.unit)
	}
}

// checkQuantile wants the ⌈q·n⌉-th time, or up to 0.1 % more.
func (o *oracle) checkQuantile(what string, got float64, times []time.Duration, share, unit int) {
	o.Helper()
	if len(times) == 0 {
		o.same(what, got, 0.0)
		return
	}
	exact := times[max((share*len(times)+unit-1)/unit, 1)-1].Seconds()
	if got < exact || got > exact*1.001 {
		o.Errorf("%s of %d is %v, want %v or up to 0.1 %% more", what, len(times), got, exact)
	}
}

func (o *oracle) checkMoney() {
	prices := o.plan.Spec.ResolvedPricing()
	var want float64
	times := took(o.judged, service, aurea.OK, aurea.Failed, aurea.TimedOut)
	for _, d := range times {
		want += d.Seconds() * prices.PerSecond
	}
	want += float64(len(times)) * prices.PerJob
	o.near("total_cost", o.r.TotalCost, want)
	o.near("cost.total", o.r.Cost.Total, want)
	o.near("cost.per_job", o.r.Cost.PerJob, ratio(want, float64(len(times))))
	o.near("cost.per_million_jobs", o.r.Cost.PerMillionJobs, 1e6*ratio(want, float64(len(times))))
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
