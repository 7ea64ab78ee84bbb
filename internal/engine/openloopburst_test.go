package engine

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

const (
	burst     = 100 // events
	eventTime = time.Millisecond
)

// A burstingLoop has its events in bursts, and handling one takes eventTime.
type burstingLoop struct{ *nappingLoop }

func (l burstingLoop) Wait(limit time.Duration, ready func(owner any)) int {
	due := 0
	for _, lane := range l.asleep {
		if !time.Now().Before(lane.due) {
			due++
		}
	}
	if due < burst && due < len(l.asleep) || due == 0 {
		select {
		case <-l.woken:
		case <-time.After(min(max(limit, 0), 100*time.Microsecond)):
		}
		return 0
	}
	return l.nappingLoop.Wait(0, func(owner any) {
		time.Sleep(eventTime)
		ready(owner)
	})
}

// Law: an arrival that is due waits for few of the events that came before it.
func TestArrivalsAmongEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		jobs := loopedNaps(20 * time.Millisecond)
		open := jobs.NewLoop
		jobs.NewLoop = func() (workload.Loop, error) {
			loop, err := open()
			return burstingLoop{loop.(*nappingLoop)}, err
		}
		p := plan(t, `{"num_jobs": 300, "rate": 200, "concurrency": 1000, "workload": {"kind": "sleep"}}`)
		r, err := fake().runJobs(t.Context(), p, jobs, nil, ignore)
		if err != nil {
			t.Fatal(err)
		}
		checkEqual(t, "jobs", r.Counts.OK, 300)
		if most := time.Duration(r.Delay.Max * float64(time.Second)); most < eventTime || most > maxStarts*eventTime {
			t.Errorf("an arrival waited for %v, want the time of 1 to %d events, which take %v", most, maxStarts, eventTime)
		}
	})
}
