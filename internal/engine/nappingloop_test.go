package engine

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// loopedNaps returns napping jobs that a loop can run.
func loopedNaps(d time.Duration) workload.Jobs {
	finish := func(ctx context.Context, _ int64) error {
		left := d
		if begun, ok := workload.BegunOf(ctx).(*nappingLane); ok {
			left = time.Until(begun.due)
		}
		timerSleep(ctx, left)
		return ctx.Err()
	}
	return workload.Jobs{Runner: runner(finish), NewLoop: func() (workload.Loop, error) {
		return &nappingLoop{nap: d, woken: make(chan struct{}, 1)}, nil
	}}
}

// A nappingLoop is a loop whose jobs sleep.
type nappingLoop struct {
	nap    time.Duration
	woken  chan struct{}
	asleep []*nappingLane
}

func (l *nappingLoop) Attach(owner any) workload.Lane { return &nappingLane{loop: l, owner: owner} }

// Open returns nil: a lane needs nothing.
func (*nappingLoop) Open(any) workload.Lane { return nil }

func (l *nappingLoop) Wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

func (l *nappingLoop) IO() string { return "naps" }

func (l *nappingLoop) Close() {}

func (l *nappingLoop) Wait(limit time.Duration, ready func(owner any)) int {
	if limit > 0 {
		for _, lane := range l.asleep {
			limit = min(limit, time.Until(lane.due))
		}
		select {
		case <-l.woken:
		case <-time.After(max(limit, 0)):
		}
	}
	n := 0
	for _, lane := range slices.Clone(l.asleep) {
		if !time.Now().Before(lane.due) {
			ready(lane.owner)
			n++
		}
	}
	return n
}

// A nappingLane is a job that sleeps.
type nappingLane struct {
	loop  *nappingLoop
	owner any
	due   time.Time // zero if no job has begun
}

func (l *nappingLane) Start(_ int64, at time.Time, _ workload.JobMetrics) bool {
	l.due = at.Add(l.loop.nap)
	l.loop.asleep = append(l.loop.asleep, l)
	return true
}

func (l *nappingLane) Proceed() (state workload.LaneState, end time.Time, err error) {
	end = l.due
	l.wakeUp()
	l.due = time.Time{}
	return workload.LaneEnded, end, nil
}

func (l *nappingLane) Detach() (begun any) {
	if l.due.IsZero() {
		return nil
	}
	l.wakeUp()
	return l
}

func (l *nappingLane) wakeUp() {
	l.loop.asleep = slices.DeleteFunc(l.loop.asleep, func(other *nappingLane) bool { return other == l })
}

// A loop runs all jobs of its workers, and gives each worker back when the run is
// over.
func TestLoopRunsTheJobs(t *testing.T) {
	var ran int
	jobs := loopedNaps(time.Millisecond)
	alone := jobs.Runner
	jobs.Runner = runner(func(ctx context.Context, job int64) error {
		ran++
		return alone.Run(ctx, job, workload.JobMetrics{})
	})
	r, err := fake().runJobs(t.Context(), plan(t, `{"num_jobs": 100, "concurrency": 1}`), jobs, nil, ignore)
	if err != nil {
		t.Fatal(err)
	}
	checkEqual(t, "jobs", r.Counts.OK, 100)
	checkEqual(t, "jobs that a goroutine ran", ran, 0)
	checkEqual(t, "io", r.Environment.IO, "naps")
}
