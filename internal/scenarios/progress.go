package scenarios

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/engine"
)

// A progress merges the progress of the scenarios of a run into its own. Its
// methods are safe for concurrent use.
type progress struct {
	plan   aurea.Plan
	notify func(aurea.Progress)

	mu        sync.Mutex
	merger    *cluster.Merger // nil before the first scenario begins
	scenarios []scenarioState
	traced    []aurea.TracedJob // since the last interval of the run
	aborted   *aurea.Abort
}

// A scenarioState is what is known of a scenario.
type scenarioState struct {
	start    time.Duration // on the run's clock, like until
	until    time.Duration // end of its last interval
	follower *aurea.Follower
	aborter  *aurea.Aborter
	activity aurea.Activity
	soFar    aurea.ScenarioSoFar
}

func newProgress(plan aurea.Plan, observe func(aurea.Progress)) *progress {
	p := &progress{plan: plan, notify: observe}
	for _, scenario := range plan.Scenarios {
		p.scenarios = append(p.scenarios, scenarioState{
			follower: aurea.NewFollower(scenario), aborter: aurea.NewAborter(scenario),
			soFar: aurea.ScenarioSoFar{Name: scenario.Spec.Name, State: aurea.ScenarioWaiting},
		})
	}
	return p
}

// begin notes that a scenario begins at a moment. zero is the run's start.
func (p *progress) begin(i int, zero, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.merger == nil {
		p.merger = cluster.NewMerger(p.plan, zero, len(p.scenarios), engine.Interval, p.emit)
	}
	s := &p.scenarios[i]
	s.start, s.until, s.soFar.State = at.Sub(zero), at.Sub(zero), aurea.ScenarioRunning
}

// observe adds an interval of a scenario. Those that have not begun have nothing to
// report by then.
func (p *progress) observe(i int, interval aurea.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.scenarios[i]
	s.add(interval)
	if abort := s.aborter.Observe(interval); abort != nil && p.aborted == nil {
		abort.Scenario, abort.T = s.soFar.Name, (s.start + interval.Elapsed).Seconds()
		p.aborted = abort
	}
	for _, job := range interval.Traced {
		job.Job = p.plan.RunJob(i, job.Job)
		p.traced = append(p.traced, job)
	}
	s.until = s.start + interval.Elapsed
	for j := range p.scenarios {
		if p.scenarios[j].soFar.State == aurea.ScenarioWaiting {
			nothing := cluster.NewReport()
			nothing.Elapsed, nothing.Length = s.until, interval.Length
			p.merger.Add(j, nothing)
		}
	}
	p.merger.Add(i, &cluster.Report{
		Elapsed: s.until, Length: interval.Length, InFlight: interval.InFlight, Failures: interval.Failures,
		Judged: interval.Judged, Warmup: interval.Warmup,
	})
}

// add adds the next interval of the scenario.
func (s *scenarioState) add(interval aurea.Progress) {
	s.activity = interval.Activity
	point, soFar := interval.Point(), s.follower.Observe(interval)
	s.soFar.OK += point.OK
	s.soFar.Failed += point.Failed
	s.soFar.InFlight, s.soFar.Throughput = point.InFlight, point.Throughput
	s.soFar.P50, s.soFar.P99 = point.P50, point.P99
	s.soFar.Thresholds = soFar.Thresholds
}

// end notes that a scenario has ended.
func (p *progress) end(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.scenarios[i]
	s.soFar.State, s.soFar.InFlight, s.activity = aurea.ScenarioEnded, 0, aurea.Activity{}
	if p.merger != nil {
		last := cluster.NewReport()
		last.Elapsed, last.Final = s.until, &cluster.Final{}
		p.merger.Add(i, last)
	}
}

// emit completes an interval of the run and hands it on.
func (p *progress) emit(interval aurea.Progress) {
	interval.Activity = p.activity()
	interval.Traced, p.traced = p.traced, nil
	interval.Aborted = p.aborted
	for i := range p.scenarios {
		interval.Scenarios = append(interval.Scenarios, p.scenarios[i].soFar)
		interval.Scenarios[i].Thresholds = slices.Clone(interval.Scenarios[i].Thresholds)
	}
	p.notify(interval)
}

// activity returns what the scenarios do together: their loads in all, and what the
// one that is busiest does.
func (p *progress) activity() (all aurea.Activity) {
	all.Phase = aurea.PhaseRunning
	phases := map[aurea.Phase]bool{}
	for _, s := range p.scenarios {
		if s.soFar.State != aurea.ScenarioRunning || s.activity.Phase == "" {
			continue
		}
		phases[s.activity.Phase] = true
		all.Rate += s.activity.Rate
		all.Limit += s.activity.Limit
		all.Quiet, all.Longest = s.activity.Quiet, s.activity.Longest
		all.Left = s.activity.Left
	}
	if len(phases) == 1 {
		for phase := range phases {
			all.Phase = phase
		}
	}
	return all
}

// advance emits the intervals in which no scenario reports, until running is done.
func (p *progress) advance(running context.Context, s *schedule) {
	if !await(running, s.begun) {
		return
	}
	tick := time.NewTicker(engine.Interval)
	defer tick.Stop()
	for await(running, tick.C) {
		p.mu.Lock()
		if p.merger != nil {
			p.merger.Advance(time.Since(s.zero))
		}
		p.mu.Unlock()
	}
}

// finish emits what is left of a run that ended at end, and returns its series.
func (p *progress) finish(end time.Duration) []aurea.Point {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.merger == nil {
		return nil
	}
	p.merger.Finish(end, 0, 0)
	return p.merger.Points()
}
