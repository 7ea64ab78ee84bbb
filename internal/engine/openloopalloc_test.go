//go:build !race

package engine

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An instantLoop is a loop whose jobs are ready at once.
type instantLoop struct{ started []*instantLane }

func (l *instantLoop) Attach(owner any) workload.Lane { return &instantLane{loop: l, owner: owner} }
func (*instantLoop) Open(any) workload.Lane           { return nil }
func (*instantLoop) Wake()                            {}
func (*instantLoop) IO() string                       { return "" }
func (*instantLoop) Close()                           {}

func (l *instantLoop) Wait(limit time.Duration, ready func(owner any)) int {
	started := l.started
	l.started = l.started[:0]
	for _, lane := range started {
		ready(lane.owner)
	}
	if len(started) == 0 && limit > 0 {
		time.Sleep(min(limit, time.Millisecond))
	}
	return len(started)
}

// An instantLane is a job that has ended when it is looked at.
type instantLane struct {
	loop  *instantLoop
	owner any
}

func (l *instantLane) Start(int64, time.Time, workload.JobMetrics) bool {
	l.loop.started = append(l.loop.started, l)
	return true
}

func (*instantLane) Proceed() (state workload.LaneState, end time.Time, err error) {
	return workload.LaneEnded, time.Now(), nil
}

func (*instantLane) Detach() (begun any) { return nil }

// Law: a job of an open load allocates nothing on its lane. The load is more than
// the loop can do, so that it never waits: what a wait allocates is of no job.
func TestOpenLoopAllocatesNothing(t *testing.T) {
	jobs := workload.Jobs{
		Runner:  runner(func(context.Context, int64) error { return nil }),
		NewLoop: func() (workload.Loop, error) { return &instantLoop{}, nil },
	}
	allocations := func(n int) int64 {
		p := plan(t, fmt.Sprintf(`{"num_jobs": %d, "rate": 100000000, "concurrency": 2}`, n))
		p.KeepJobs = false
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := New("", everyKind).runJobs(t.Context(), p, jobs, nil, ignore)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		checkEqual(t, "jobs", r.Counts.OK, int64(n))
		return int64(after.Mallocs - before.Mallocs)
	}
	few, many := allocations(1000), allocations(1_001_000)
	if perJob := float64(many-few) / 1_000_000; perJob > 0.01 {
		t.Errorf("a job allocates %.3f times, want 0", perJob)
	}
}
