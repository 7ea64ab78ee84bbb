package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A squad is the lanes of a run whose jobs only wait, and what they share. All
// of it is only read while they run, apart from the gauges.
type squad struct {
	*execution
	waiter workload.Waiter
	line   workload.Queue // the waiter, when its jobs wait for each other
	free   bool           // no job takes any time
	levels []gauge        // jobs in flight, a gauge a lane
	lanes  []*lane
	others atomic.Int64 // lanes but the first that have not ended
}

// A gauge is a number that one lane writes and the others read, on a cache line
// of its own.
type gauge struct {
	atomic.Int64
	_ [56]byte
}

// newSquad makes one lane a core, or fewer when there will never be that much to
// do at once, and divides the concurrency among them.
func newSquad(x *execution) *squad {
	s := &squad{execution: x, waiter: x.jobs.Waiter, free: x.jobs.Waiter.Longest() == 0 && x.jobs.Faults == nil}
	s.line, _ = s.waiter.(workload.Queue)
	most := x.plan.Concurrency
	if x.controlled {
		most = x.plan.Jobs
	}
	n := int(min(int64(x.cores), max(most, 1)))
	s.levels = make([]gauge, n)
	for i := range n {
		s.lanes = append(s.lanes, newLane(s, i, x.plan.Shard(i, n)))
	}
	s.others.Store(int64(n - 1))
	return s
}

func (s *squad) parts() int { return len(s.lanes) }

// drive starts the lanes at one common moment.
func (s *squad) drive(to *collector) (wait func()) {
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	for _, l := range s.lanes {
		ready.Add(1)
		done.Go(func() {
			l.sleep = s.sleep()
			l.reserve(len(s.lanes))
			ready.Done()
			<-begin
			l.run(to)
		})
	}
	ready.Wait()
	s.begin()
	close(begin)
	return done.Wait
}

// wait is how long the plan's i-th job takes, and how it ends.
func (s *squad) wait(i int64) (time.Duration, aurea.Outcome) {
	if s.free {
		return 0, aurea.OK
	}
	job := s.jobNumber(i)
	faults := s.jobs.Faults
	d := faults.Slowed(job, s.waiter.Wait(job))
	switch {
	case d > s.timeout || faults.Hangs(job):
		return s.timeout, aurea.TimedOut
	case faults.Fails(job):
		return d, aurea.Failed
	default:
		return d, aurea.OK
	}
}

// inFlight is how many jobs are in flight on all lanes.
func (s *squad) inFlight() int64 {
	var n int64
	for i := range s.levels {
		n += s.levels[i].Load()
	}
	return n
}

func (s *squad) mostInFlight() int64 {
	var most int64
	for _, l := range s.lanes {
		most = max(most, l.mostSeen)
	}
	return most
}

func (s *squad) otherBusy() float64 {
	var busy float64
	for _, l := range s.lanes {
		busy += l.otherBusy
	}
	return busy
}

func (s *squad) lastStart() time.Duration {
	var last time.Duration
	for _, l := range s.lanes {
		last = max(last, l.started)
	}
	return last
}

// failures are those that the spec wanted: waiting itself does not fail.
func (s *squad) failures() []aurea.ErrorClass {
	var n int64
	for _, l := range s.lanes {
		n += l.injected
	}
	if n == 0 {
		return nil
	}
	return []aurea.ErrorClass{{Class: workload.ErrInjected.Class, Count: n, Sample: workload.ErrInjected.Error()}}
}

// detail is nothing: jobs that wait have nothing to tell.
func (s *squad) detail() *aurea.Detail { return nil }
