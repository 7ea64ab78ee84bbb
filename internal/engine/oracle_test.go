package engine

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// An oracle compares a result with its records. It knows the plan's schedule,
// and nothing of tallies, histograms and intervals.
type oracle struct {
	*testing.T
	r              *endedRun
	plan           aurea.Plan
	part           func(job int64) int
	records        []aurea.JobRecord
	judged, warmup []aurea.JobRecord
	dropped        []int64       // judged jobs
	from, to       time.Duration // the judged part
}

func newOracle(t *testing.T, r *endedRun, plan aurea.Plan, part func(int64) int) oracle {
	o := oracle{T: t, r: r, plan: plan, part: part, records: slices.Collect(r.Jobs.All())}
	o.from = time.Duration(plan.Spec.Warmup)
	for _, job := range o.records {
		o.to = max(o.to, job.End)
		if job.Intended < o.from {
			o.warmup = append(o.warmup, job)
		} else {
			o.judged = append(o.judged, job)
		}
	}
	return o
}

func (o *oracle) checkAll() {
	o.checkCounts()
	o.checkTimes()
	o.checkMoney()
	o.checkInFlight()
	o.checkSeries()
	o.checkParts()
}

// checkRate compares the rate with a schedule that has due jobs in length
// seconds.
func (o *oracle) checkRate(due, length float64) {
	var last time.Duration
	for _, job := range o.records {
		last = max(last, job.Start)
	}
	o.near("rate.target", o.r.Rate.Target, due/length)
	o.near("rate.achieved", o.r.Rate.Achieved, float64(len(o.records))/max(length, last.Seconds()))
}

// near compares two numbers that were summed in different orders.
func (o *oracle) near(what string, got, want float64) {
	o.Helper()
	if math.Abs(got-want) > 1e-9*math.Abs(want) {
		o.Errorf("%s is %v, want %v", what, got, want)
	}
}

func (o *oracle) same(what string, got, want any) {
	o.Helper()
	if got != want {
		o.Errorf("%s is %+v, want %+v", what, got, want)
	}
}

// length returns the length of the judged part.
func (o *oracle) length() float64 { return max(o.to-o.from, 0).Seconds() }
