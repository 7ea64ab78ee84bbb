package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// seenJobs keeps the numbers of the jobs that run. It is a Delayer.
type seenJobs struct {
	mu      sync.Mutex
	numbers map[int64]bool
}

func (s *seenJobs) Delay(job int64) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.numbers[job] = true
	return nap
}

func (s *seenJobs) MaxDelay() time.Duration { return nap }

// jobs returns the jobs of a driver.
func (s *seenJobs) jobs(driver string) workload.Jobs {
	if driver == "event loops" {
		return workload.Jobs{Delayer: s}
	}
	return workload.Jobs{Runner: runner(func(ctx context.Context, job int64) error {
		timerSleep(ctx, s.Delay(job))
		return nil
	})}
}

// The shards of a plan run its jobs by their numbers in the whole plan, each once
// and as many at a time as the shard has slots.
func TestShardsRunTheJobsOfThePlan(t *testing.T) {
	for _, load := range []string{`"concurrency": 10`, `"concurrency": 12`, `"rate": 1000, "concurrency": 10`} {
		for _, weights := range [][]int{{1, 1, 1}, {4, 1, 3}} {
			eachDriver(t, func(t *testing.T, driver string) {
				whole := plan(t, fmt.Sprintf(`{"num_jobs": 500, %s}`, load))
				all := &seenJobs{numbers: map[int64]bool{}}
				var planned, inFlight int64
				for _, shard := range whole.Shards(weights) {
					r, err := fake().runJobs(t.Context(), shard, all.jobs(driver), nil, ignore)
					if err != nil {
						t.Fatal(err)
					}
					planned += r.Counts.Planned
					inFlight += r.InFlight.Max
					checkEqual(t, "ended ok", r.Counts.OK, shard.Jobs)
				}
				want := map[int64]bool{}
				for job := range whole.Jobs {
					want[job] = true
				}
				if diff := cmp.Diff(want, all.numbers); diff != "" {
					t.Errorf("the jobs (-want +got):\n%s", diff)
				}
				checkEqual(t, "planned jobs of all shards", planned, whole.Jobs)
				checkEqual(t, "most jobs in flight of all shards", inFlight, whole.Concurrency)
			})
		}
	}
}

// A control has the concurrency of the whole plan. Each shard gets its part, also
// if it had a single slot before, and refuses a part above its own limit.
func TestControlOfAShard(t *testing.T) {
	for driver := range drivers {
		synctest.Test(t, func(t *testing.T) {
			all := &seenJobs{numbers: map[int64]bool{}}
			shard := plan(t, `{"num_jobs": 1000, "concurrency": 2}`).Shard(1, aurea.EqualWeights(2))
			jobs := all.jobs(driver)
			jobs.MaxInFlight = 30 // of the worker pool
			controls, answers := make(chan aurea.Command), make(chan error, 2)
			go func() {
				for _, to := range []int64{62, 40} {
					time.Sleep(10 * nap)
					controls <- aurea.Command{
						Control: aurea.Control{Kind: aurea.ChangeLoad, Concurrency: to},
						Answer:  func(_ aurea.RunEvent, err error) { answers <- err },
					}
				}
			}()
			r, err := fake().runJobs(t.Context(), shard, jobs, controls, ignore)
			if err != nil {
				t.Fatal(err)
			}
			most := int64(20)
			switch first := <-answers; driver {
			case "worker pool", "worker pool with loops":
				if !errors.Is(first, aurea.ErrInvalid) {
					t.Errorf("a part of 31 where 30 are the limit: %v", first)
				}
			default:
				most = 31
				checkEqual(t, driver+": answer to the first control", first, nil)
			}
			checkEqual(t, driver+": answer to the second control", <-answers, nil)
			checkEqual(t, driver+": most jobs in flight", r.InFlight.Max, most)
			checkEqual(t, driver+": ended ok", r.Counts.OK, 500)
		})
	}
}
