package cluster

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

func sortedKeys(m map[string]int64) []string { return slices.Sorted(maps.Keys(m)) }

// check checks the next report against the shard and the reports before it.
func (b *Books) check(r *Report, now time.Duration) error {
	switch {
	case r.Elapsed > now+elapsedGrace:
		return fmt.Errorf("the report is about the time up to %s, and the run is at %s", r.Elapsed, now)
	case r.Elapsed-r.Length < b.elapsed:
		return fmt.Errorf("the report begins at %s, and the one before it ended at %s", r.Elapsed-r.Length, b.elapsed)
	}
	warmup := r.Warmup
	if warmup == nil {
		warmup = aurea.NewTally()
	}
	started := b.judged.Started + b.warmup.Started + r.Judged.Started + warmup.Started
	dropped := b.judged.Dropped + b.warmup.Dropped + r.Judged.Dropped + warmup.Dropped
	accounted := b.judged.Accounted() + b.warmup.Accounted() + r.Judged.Accounted() + warmup.Accounted()
	// A worker that was suspended in an interval starts all jobs that are due by
	// the time it continues, in that interval.
	by := max(r.Elapsed, now)
	if due := b.maxDue(by); started+dropped > due {
		return fmt.Errorf("%d jobs were started or dropped by %s, and at most %d were due", started+dropped, by, due)
	}
	// The bound keeps the sums of a worker that lies within what they can hold.
	if jobs := min(b.live.Plan.Jobs, maxCount); accounted > jobs {
		return fmt.Errorf("%d jobs have an outcome, and the shard has %d", accounted, jobs)
	}
	return nil
}

// checkFinal checks the last report against the tallies of all reports, with the
// planned jobs in them.
func (b *Books) checkFinal(r *Report, judged, warmup *aurea.Tally) error {
	for _, part := range []struct {
		name      string
		told, sum Totals
	}{{"judged part", r.Final.Judged, TotalsOf(judged)}, {"warm-up", r.Final.Warmup, TotalsOf(warmup)}} {
		told, sum := part.told, part.sum
		switch {
		case told.Started != sum.Started || told.Accounted != sum.Accounted:
			return fmt.Errorf("the %s has %d jobs started and %d with an outcome, and its reports add up to %d and %d",
				part.name, told.Started, told.Accounted, sum.Started, sum.Accounted)
		case told.Planned != told.Accounted:
			return fmt.Errorf("the %s has %d jobs planned and %d with an outcome", part.name, told.Planned, told.Accounted)
		case told.Sum != sum.Sum:
			return fmt.Errorf("the times of the %s are not those of its reports", part.name)
		}
	}
	if planned := judged.Planned + warmup.Planned; b.live.Plan.End == aurea.Forever && planned != b.live.Plan.Jobs {
		return fmt.Errorf("%d jobs were planned, and the shard has %d", planned, b.live.Plan.Jobs)
	}
	failed := judged.Failed + judged.Timeout
	for _, class := range r.Final.Failures {
		if failed -= class.Count; failed < 0 {
			return fmt.Errorf("more failures have a class than the %d that there are", judged.Failed+judged.Timeout)
		}
	}
	lateness := hist.New()
	if err := lateness.UnmarshalBinary(r.Final.Lateness); err != nil {
		return fmt.Errorf("the lateness: %w", err)
	}
	if started := judged.Started + warmup.Started; lateness.Count() > started {
		return fmt.Errorf("the lateness is of %d jobs, and %d were started", lateness.Count(), started)
	}
	if r.Final.Duration > r.Elapsed+elapsedGrace {
		return fmt.Errorf("the last job ended at %s, and the report at %s", r.Final.Duration, r.Elapsed)
	}
	return nil
}

// decodeBreakdown decodes a breakdown and checks the tallies of its parts.
func decodeBreakdown(data []byte, metrics aurea.MetricNames) (*aurea.Breakdown, error) {
	breakdown, err := aurea.DecodeBreakdown(data, metrics)
	if err != nil {
		return nil, err
	}
	for i, part := range breakdown.Parts {
		if err := checkTally(breakdown.Part(i)); err != nil {
			return nil, fmt.Errorf("part %s: %w", part.Name, err)
		}
	}
	return breakdown, nil
}

// maxDue returns a number that the jobs due before a moment of the run do not
// exceed, also if the worker's clock is ahead, or if it heard late of a control.
func (b *Books) maxDue(moment time.Duration) int64 {
	plan := b.live.Plan
	if !plan.Open() || plan.Jobs == 0 {
		return plan.Jobs
	}
	moment += dueGrace
	if b.live.Changes > 0 {
		moment = max(moment, b.live.ChangedAt) + Lease
	}
	at := b.live.Clock(moment)
	if plan.Spec.Arrival != "poisson" {
		return aurea.NewSchedule(plan).DueBefore(at)
	}
	// Drawing all arrivals for every shard would cost more than the run. The
	// number of the whole plan's arrivals has a Poisson law, and twelve standard
	// deviations are more than any seed shows.
	area := plan.Rate.Area(at.Seconds())
	return min(plan.Deal.JobsBelow(int64(area+12*math.Sqrt(area)+100)), plan.Jobs)
}

// account sets the planned jobs of closed books, and the lost ones: those without
// an outcome.
func (b *Books) account() {
	switch {
	case b.Ended():
		b.judged.Planned, b.warmup.Planned = b.final.Judged.Planned, b.final.Warmup.Planned
		return
	case !b.lost:
		return
	}
	planned, inWarmup := b.planned(b.until)
	b.warmup.Lost = max(inWarmup-b.warmup.Accounted(), b.warmup.inFlight())
	b.judged.Lost = max(planned-b.warmup.Accounted()-b.judged.Accounted(), b.judged.inFlight())
	b.judged.Planned, b.warmup.Planned = b.judged.Accounted(), b.warmup.Accounted()
}

// clearLost undoes account.
func (b *Books) clearLost() {
	b.judged.Planned, b.judged.Lost, b.warmup.Planned, b.warmup.Lost = 0, 0, 0, 0
}

// undone returns how many jobs of the shard did not end, of a worker that was not
// ordered to stop.
func (b *Books) undone() int64 {
	stopped := time.Duration(aurea.Forever)
	if b.lost {
		stopped = b.until
	}
	planned, _ := b.planned(stopped)
	done := b.judged.Ended() + b.judged.Dropped + b.warmup.Ended() + b.warmup.Dropped
	return max(planned-done, b.judged.Lost+b.warmup.Lost)
}

// planned returns how many jobs the shard of a worker has if the run is stopped at
// a moment, aurea.Forever if it is not, and how many of them are due in the
// warm-up. Where time ends a closed run, only started jobs are planned: it returns
// 0.
func (b *Books) planned(stopped time.Duration) (all, inWarmup int64) {
	plan := b.live.Plan
	if plan.Jobs == 0 {
		return 0, 0
	}
	if !plan.Open() {
		if plan.End == aurea.Forever {
			return plan.Jobs, 0
		}
		return 0, 0
	}
	until := time.Duration(plan.End)
	if stopped < time.Duration(aurea.Forever) {
		until = min(until, b.live.Clock(max(stopped, b.live.ChangedAt))+1)
	}
	if all = plan.Jobs; plan.End != aurea.Forever {
		all = aurea.NewSchedule(plan).DueBefore(until)
	}
	if warmup := time.Duration(plan.Spec.Warmup); warmup > 0 {
		inWarmup = aurea.NewSchedule(plan).DueBefore(min(warmup, until))
	}
	return all, inWarmup
}
