package engine

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// userJobs are jobs that sleep, and record whose they are.
type userJobs struct {
	t        *testing.T
	mu       sync.Mutex
	contexts map[int64]context.Context // by the user
	busy     map[int64]bool
	jobs     map[int64]int
}

func newUserJobs(t *testing.T) *userJobs {
	return &userJobs{
		t: t, contexts: map[int64]context.Context{}, busy: map[int64]bool{}, jobs: map[int64]int{},
	}
}

// Run does a job.
func (u *userJobs) Run(ctx context.Context, _ int64, _ workload.JobMetrics) error {
	user := workload.UserOf(ctx)
	u.begin(ctx, user)
	time.Sleep(nap)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.busy[user] = false
	return nil
}

func (u *userJobs) begin(ctx context.Context, user int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.busy[user] {
		u.t.Errorf("user %d has two jobs at once", user)
	}
	if before, known := u.contexts[user]; known && before != ctx {
		u.t.Errorf("user %d begins anew after %d jobs", user, u.jobs[user])
	}
	u.contexts[user], u.busy[user] = ctx, true
	u.jobs[user]++
}

func (u *userJobs) numbers() []int64 { return slices.Sorted(maps.Keys(u.jobs)) }

const fourUsers = `{"users": 4, "num_jobs": 400, "workload": {"kind": "steps", "steps": [{"kind": "noop"}]}}`

// Users have the numbers from 0. They go on as they were after a pause and after a
// change of their number.
func TestUsersLast(t *testing.T) {
	for name, c := range map[string]struct {
		steps []controlStep
		want  []int64
	}{
		"undisturbed": {nil, []int64{0, 1, 2, 3}},
		"paused": {
			[]controlStep{pauseAt(200 * time.Millisecond), resumeAt(500 * time.Millisecond)},
			[]int64{0, 1, 2, 3},
		},
		"fewer and more": {
			[]controlStep{
				concurrencyAt(200*time.Millisecond, 2), concurrencyAt(400*time.Millisecond, 6),
				concurrencyAt(600*time.Millisecond, 1), concurrencyAt(800*time.Millisecond, 5),
			},
			[]int64{0, 1, 2, 3, 4, 5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				jobs := newUserJobs(t)
				r := runCommanded(t.Context(), t, plan(t, fourUsers), workload.Jobs{Runner: jobs}, c.steps,
					func(i int) time.Duration { return c.steps[i].at })
				if r.Tally.OK != 400 {
					t.Errorf("%d jobs are ok, want 400", r.Tally.OK)
				}
				if diff := cmp.Diff(c.want, jobs.numbers()); diff != "" {
					t.Errorf("users (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Each user of a plan belongs to one of its shards.
func TestUsersOfShards(t *testing.T) {
	for _, weights := range [][]int{{1, 1}, {3, 1}, {2, 1, 3}, {1, 1, 1, 1, 1, 1}} {
		var all []int64
		for _, shard := range plan(t, fourUsers).Shards(weights) {
			synctest.Test(t, func(t *testing.T) {
				jobs := newUserJobs(t)
				runCommanded(t.Context(), t, shard, workload.Jobs{Runner: jobs}, nil, nil)
				if got := int64(len(jobs.numbers())); got != shard.Concurrency {
					t.Errorf("%v: a shard of %d has %d users", weights, shard.Concurrency, got)
				}
				all = append(all, jobs.numbers()...)
			})
		}
		slices.Sort(all)
		if diff := cmp.Diff([]int64{0, 1, 2, 3}, all); diff != "" {
			t.Errorf("%v: users of all shards (-want +got):\n%s", weights, diff)
		}
	}
}
