package scenarios

import (
	"errors"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// measurement merges the measurements of the scenarios into that of the run. It
// finishes the progress. The error is the first of a scenario that could not be
// executed.
func (s *schedule) measurement(
	measured []aurea.Measurement, errs []error, p *progress,
) (aurea.Measurement, error) {
	m := aurea.Measurement{
		Start: s.zero, Tally: aurea.NewTally(), Warmup: aurea.NewTally(), FirstStart: -1, Scenarios: measured,
	}
	if m.Start.IsZero() {
		m.Start = time.Now() // it was stopped before anything began
	}
	for i, err := range errs {
		if err != nil && !errors.Is(err, errNotBegun) {
			return aurea.Measurement{}, s.inScenario(i, err)
		}
		if err == nil {
			m.Duration = max(m.Duration, measured[i].Start.Sub(m.Start)+measured[i].Duration)
		}
	}
	if s.plan.KeepJobs {
		m.Jobs = s.plan.NewJobLog()
	}
	breakdowns := make([]*aurea.Breakdown, len(measured))
	failures := make([][]aurea.ErrorClass, len(measured))
	for i := range measured {
		if errs[i] != nil {
			measured[i] = notBegun(s.plan.Scenarios[i], m.Start.Add(m.Duration))
		}
		s.add(&m, i)
		breakdowns[i], failures[i] = measured[i].Breakdown, measured[i].Failures
	}
	m.Breakdown = aurea.JoinBreakdowns(breakdowns...)
	m.Failures = aurea.MergeErrors(failures...)
	m.Series = p.finish(m.Duration)
	return m, nil
}

// inScenario adds the scenario to an error.
func (s *schedule) inScenario(i int, err error) error {
	var invalid *aurea.InvalidError
	if errors.As(err, &invalid) {
		return param.Within(fmt.Sprintf("scenarios[%d]", i), err)
	}
	return fmt.Errorf("scenario %s: %w", s.plan.Scenarios[i].Spec.Name, err)
}

// add adds what a scenario measured.
func (s *schedule) add(m *aurea.Measurement, i int) {
	one := m.Scenarios[i]
	since := one.Start.Sub(m.Start)
	m.Tally.Merge(one.Tally)
	m.Warmup.Merge(one.Warmup)
	m.Stopped = m.Stopped || one.Stopped
	m.OtherBusy += one.OtherBusy
	m.LastStart = max(m.LastStart, since+one.LastStart)
	if one.FirstStart >= 0 && (m.FirstStart < 0 || since+one.FirstStart < m.FirstStart) {
		m.FirstStart = since + one.FirstStart
	}
	m.Health = m.Health.Worst(one.Health)
	if one.Environment.Cores > 0 {
		m.Environment = one.Environment
	}
	if m.Jobs == nil {
		return
	}
	for job := range one.Jobs.All() {
		m.Jobs.Put(s.plan.RunJob(i, job.Index), job.Outcome, since+job.Intended, since+job.Start, since+job.End)
	}
	m.Jobs.Omit(one.Jobs.Omitted())
}

// notBegun returns the measurement of a scenario whose run was stopped at a moment,
// before it began. All jobs of a plan that their number ends are cancelled.
func notBegun(plan aurea.Plan, at time.Time) aurea.Measurement {
	m := aurea.Measurement{Start: at, Stopped: true, Tally: aurea.NewTally(), Warmup: aurea.NewTally(), FirstStart: -1}
	if plan.End == aurea.Forever && plan.Jobs != aurea.Unbounded {
		m.Tally.Planned, m.Tally.Cancelled = plan.Jobs, plan.Jobs
	}
	return m
}
