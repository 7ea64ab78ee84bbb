package engine

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A controlStep is a control and when it is sent.
type controlStep struct {
	at      time.Duration
	control aurea.Control
}

func pauseAt(at time.Duration) controlStep { return controlStep{at, aurea.Control{Kind: aurea.Pause}} }
func resumeAt(at time.Duration) controlStep {
	return controlStep{at, aurea.Control{Kind: aurea.Resume}}
}
func rateAt(at time.Duration, rate float64) controlStep {
	return controlStep{at, aurea.Control{Kind: aurea.ChangeLoad, Rate: rate}}
}
func concurrencyAt(at time.Duration, n int64) controlStep {
	return controlStep{at, aurea.Control{Kind: aurea.ChangeLoad, Concurrency: n}}
}

// nap is how long a job of these tests takes. It has few common multiples with
// other times, so that on a fake clock no two events coincide by chance.
const nap = 23_700_011 * time.Nanosecond

// drivers run the same sleeping jobs: the event loops with timers, the worker
// pool with goroutines, or with loops that do most of their work.
var drivers = map[string]func(t testing.TB, load string) (aurea.Plan, workload.Jobs){
	"event loops": func(t testing.TB, load string) (aurea.Plan, workload.Jobs) {
		p := plan(t, fmt.Sprintf(`{%s, "workload": {"kind": "sleep", "duration": %q}}`, load, nap))
		return p, openJobs(t, p)
	},
	"worker pool": func(t testing.TB, load string) (aurea.Plan, workload.Jobs) {
		return plan(t, `{`+load+`}`), workload.Jobs{Runner: napping(nap)}
	},
	"worker pool with loops": func(t testing.TB, load string) (aurea.Plan, workload.Jobs) {
		return plan(t, `{`+load+`}`), loopedNaps(nap)
	},
}

// An observedRun is a run with what its observer saw.
type observedRun struct {
	*endedRun
	seen    *aurea.Tally // the intervals together
	answers []error      // to the steps that came before the end
	paused  time.Duration
}

// runControlled executes a load and sends the steps' controls at their times.
func runControlled(ctx context.Context, t testing.TB, driver, load string, steps ...controlStep) observedRun {
	t.Helper()
	p, jobs := drivers[driver](t, load)
	controls, over, left := make(chan aurea.Command), make(chan struct{}), make(chan struct{})
	w := observedRun{seen: aurea.NewTally()}
	begun := time.Now()
	go func() {
		defer close(left)
		for _, s := range steps {
			time.Sleep(s.at - time.Since(begun))
			answer := make(chan error, 1)
			select {
			case controls <- aurea.Command{Control: s.control,
				Answer: func(_ aurea.RunEvent, err error) { answer <- err }}:
				w.answers = append(w.answers, <-answer)
			case <-over:
				return
			}
		}
	}()
	var err error
	w.endedRun, err = fake().runJobs(ctx, p, jobs, controls, func(p aurea.Progress) {
		w.seen.Merge(p.Interval)
		w.paused = p.Paused
	})
	if err != nil {
		t.Fatal(err)
	}
	close(over)
	<-left
	return w
}

// records returns the jobs in the order of their starts, without their numbers:
// which event loop gets which job is not defined.
func records(r *endedRun) []aurea.JobRecord {
	records := slices.Collect(r.Jobs.All())
	for i := range records {
		records[i].Index = 0
	}
	slices.SortFunc(records, func(a, b aurea.JobRecord) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Intended, b.Intended), cmp.Compare(a.End, b.End))
	})
	return records
}

// eachDriver runs a test for both drivers on a fake clock, with one core and
// with more.
func eachDriver(t *testing.T, test func(t *testing.T, driver string)) {
	for driver := range drivers {
		for _, cores := range []int{3, 1} {
			if cores == 1 && testing.Short() {
				continue
			}
			t.Run(fmt.Sprintf("%s on %d", driver, cores), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
					test(t, driver)
				})
			})
		}
	}
}
