package cluster

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

// A Member is a worker of a run, with the account of its shard.
type Member struct {
	Worker Hello
	Shard  aurea.Plan // as planned, without controls
	Books  *Books
	Clock  Estimate      // before the run
	Drift  time.Duration // change of the offset by the end
	Lost   bool          // it fell silent, or stopped without an order to
}

// lost reports whether the member left a part of its shard undone. One that was
// given up may still report that it did all of it.
func (m *Member) lost() bool {
	if m.Books.Ended() {
		return m.Lost && m.Books.final.Stopped
	}
	return m.Lost || m.Books.Lost()
}

// end returns when the member's last job ended, as far as is known.
func (m *Member) end() time.Duration {
	if m.Books.Ended() {
		return m.Books.final.Duration
	}
	return m.Books.elapsed
}

// lastStart returns when the member started its last job, as far as is known.
func (m *Member) lastStart() time.Duration {
	if m.Books.Ended() {
		return m.Books.final.LastStart
	}
	return m.Books.elapsed
}

// maxInFlight returns the most jobs in flight, of a lost member those that its
// reports show.
func (m *Member) maxInFlight() int64 {
	if m.Books.Ended() {
		return m.Books.final.MaxInFlight
	}
	return m.Books.seen
}

// cpu returns the share of its cores' time that the worker used.
func (m *Member) cpu() float64 {
	if m.Books.Ended() {
		return m.Books.final.Health.CPU
	}
	return m.Books.cpu
}

// NewMeasurement merges the closed books of all members, in the order of their
// shards, into the measurement of the plan. It finishes the merger. The caller
// adds the job records.
func NewMeasurement(plan aurea.Plan, start time.Time, merged *Merger, members []Member) aurea.Measurement {
	m := aurea.Measurement{
		Start: start, Tally: aurea.NewTally(), Warmup: aurea.NewTally(), FirstStart: -1, Stopped: true,
		Environment: environmentOf(members),
	}
	if plan.Open() {
		m.Lateness = hist.New()
	}
	for i := range members {
		member := &members[i]
		member.Books.judged.mergeInto(m.Tally)
		member.Books.warmup.mergeInto(m.Warmup)
		m.Duration = max(m.Duration, member.end())
		m.MaxInFlight += member.maxInFlight()
	}
	merged.Finish(m.Duration, m.Tally.Lost, m.Warmup.Lost)
	m.Series = merged.Points()
	if live, timeline := merged.LivePlan(); live.Changes > 0 {
		m.LivePlan, m.Timeline = live, timeline
	}
	addFinals(&m, members)
	failures := make([][]aurea.ErrorClass, len(members))
	for i, member := range members {
		failures[i] = member.Books.Failures()
	}
	m.Failures = aurea.MergeErrors(failures...)
	m.Breakdown = breakdownOf(members)
	m.Workers = workersOf(plan, &m, members)
	m.WorkerTally = make([]aurea.PackedTally, len(members))
	for _, i := range m.Workers.Listed() { // those of thousands of workers would take much memory
		m.WorkerTally[i] = members[i].Books.Judged()
	}
	return m
}

// addFinals adds what the last reports have beside the tallies.
func addFinals(m *aurea.Measurement, members []Member) {
	var ended, stopped, peaks int
	lateness := hist.New()
	for _, member := range members {
		if !member.Books.Ended() {
			continue
		}
		f := member.Books.Final()
		if !member.lost() {
			if ended++; f.Stopped {
				stopped++
			}
		}
		m.Full = m.Full || f.Full
		if m.Lateness != nil && lateness.UnmarshalBinary(f.Lateness) == nil {
			m.Lateness.Merge(lateness)
		}
		m.OtherBusy += f.OtherBusy
		m.LastStart = max(m.LastStart, f.LastStart)
		if f.FirstStart >= 0 && (m.FirstStart < 0 || f.FirstStart < m.FirstStart) {
			m.FirstStart = f.FirstStart
		}
		m.Health = m.Health.Worst(f.Health)
		if f.MaxInFlight == 0 {
			continue
		}
		if peaks++; peaks == 1 {
			m.PeakFrom, m.PeakUntil = f.PeakFrom, f.PeakUntil
		}
		m.PeakFrom, m.PeakUntil = max(m.PeakFrom, f.PeakFrom), min(m.PeakUntil, f.PeakUntil)
	}
	m.Stopped = ended == 0 || stopped > 0
}

// breakdownOf adds up the breakdowns; nil if there is none.
func breakdownOf(members []Member) *aurea.Breakdown {
	var merged *aurea.Breakdown
	for _, member := range members {
		breakdown := member.Books.Breakdown()
		if breakdown == nil {
			continue
		}
		if merged == nil {
			merged = aurea.NewBreakdown(breakdown.MetricNames)
		}
		merged.Merge(breakdown)
	}
	return merged
}
