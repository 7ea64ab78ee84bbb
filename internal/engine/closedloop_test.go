package engine

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

const openTime = time.Millisecond

// An openingLoop is a loop to whose lanes something must be opened, which takes
// openTime of the loop. Their jobs end when the loop sees that.
type openingLoop struct{ *nappingLoop }

func (openingLoop) Attach(any) workload.Lane { return nil }

func (l openingLoop) Open(owner any) workload.Lane {
	return &openingLane{l.nappingLoop.Attach(owner).(*nappingLane), false}
}

type openingLane struct {
	*nappingLane
	open bool
}

func (l *openingLane) Start(job int64, at time.Time, metrics workload.JobMetrics) bool {
	if !l.open {
		time.Sleep(openTime)
		l.open = true
	}
	return l.nappingLane.Start(job, at, metrics)
}

func (l *openingLane) Proceed() (state workload.LaneState, end time.Time, err error) {
	state, _, err = l.nappingLane.Proceed()
	return state, time.Now(), err
}

// Law: a job that ends while many workers arrive waits for few of them.
func TestAnswersAmongArrivingWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		const job = 20 * time.Millisecond
		jobs := loopedNaps(job)
		open := jobs.NewLoop
		jobs.NewLoop = func() (workload.Loop, error) {
			loop, err := open()
			return openingLoop{loop.(*nappingLoop)}, err
		}
		r, err := fake().runJobs(t.Context(), plan(t, `{"num_jobs": 400, "concurrency": 200}`), jobs, nil, ignore)
		if err != nil {
			t.Fatal(err)
		}
		checkEqual(t, "jobs", r.Counts.OK, 400)
		most := (job + maxAdmitted*openTime).Seconds()
		checkWithin(t, "the longest service time", r.ServiceTime.Max, job.Seconds(), most)
	})
}
