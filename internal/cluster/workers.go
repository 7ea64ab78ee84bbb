package cluster

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

// workersOf describes the members of a measurement that has its duration and its
// live plan.
func workersOf(plan aurea.Plan, m *aurea.Measurement, members []Member) *aurea.Workers {
	_, pausedWarmup := m.LivePlan.Pauses(m.Duration)
	judged := max(m.Duration-time.Duration(plan.Spec.Warmup)-pausedWarmup, 0).Seconds()
	workers := &aurea.Workers{LostShare: LostShare(plan, members)}
	for i := range members {
		workers.Of = append(workers.Of, members[i].result(judged))
	}
	return workers
}

// LostShare returns the share of the run's load that its lost workers left
// undone, from 0 to 1. That is their share of the planned jobs. Where time ends
// a closed run, the number of jobs is open, and it is their share of the time
// that the slots had.
func LostShare(plan aurea.Plan, members []Member) float64 {
	all := float64(plan.Jobs)
	timed := plan.End != aurea.Forever
	switch {
	case timed && plan.Open():
		all = min(all, plan.Rate.Area(plan.End.Seconds()))
	case timed:
		all = float64(plan.Concurrency) * plan.End.Seconds()
	}
	var left float64
	for i := range members {
		m := &members[i]
		switch {
		case !m.lost():
		case timed && !plan.Open():
			left += float64(m.Shard.Concurrency) * max(plan.End.Seconds()-m.lastStart().Seconds(), 0)
		default:
			left += float64(m.Books.undone())
		}
	}
	if left == 0 {
		return 0
	}
	return min(left/all, 1)
}

// result describes one member. judged is the length of the run's judged part in
// seconds.
func (m *Member) result(judged float64) aurea.WorkerResult {
	tally := scratch.Get().(*aurea.Tally)
	defer release(tally)
	m.Books.judged.mergeInto(tally)
	environment := m.environment()
	of := aurea.WorkerResult{
		ID:          m.Worker.ID,
		Name:        m.Worker.Name,
		Host:        m.Worker.Host,
		Boot:        m.Worker.Boot,
		Cores:       environment.Cores,
		State:       aurea.WorkerLost,
		Counts:      tally.Counts,
		Latency:     quantiles(tally.Latency),
		Delay:       quantiles(tally.Delay),
		MaxInFlight: m.maxInFlight(),
		CPU:         m.cpu(),
		Offset:      m.Clock.Offset.Seconds(),
		Bound:       m.Clock.Bound.Seconds(),
		Drift:       m.Drift.Seconds(),
		FirstStart:  -1,
		LastEnd:     m.end().Seconds(),
		Reports:     m.Books.Reports(),
		LongestGap:  m.Books.LongestGap().Seconds(),
		Environment: &environment,
	}
	if judged > 0 {
		of.Throughput = float64(tally.OK) / judged
	}
	if due := m.Shard.FirstDue(); due < time.Duration(aurea.Forever) {
		of.FirstDue = due.Seconds()
	}
	if !m.lost() {
		of.State = aurea.WorkerEnded
	}
	if m.Books.Ended() {
		final := m.Books.Final()
		of.Full = final.Full
		of.PeakFrom, of.PeakUntil = final.PeakFrom.Seconds(), final.PeakUntil.Seconds()
		of.FirstStart = max(final.FirstStart.Seconds(), -1)
	}
	return of
}

func quantiles(h *hist.Histogram) aurea.WorkerQuantiles {
	return aurea.WorkerQuantiles{P50: h.Quantile(0.50).Seconds(), P99: h.Quantile(0.99).Seconds()}
}
