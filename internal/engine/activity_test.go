package engine

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// hanging is a job that only its timeout ends.
func hanging(ctx context.Context, _ int64) error {
	<-ctx.Done()
	return ctx.Err()
}

// Each interval reports the run's activity and the longest time that it may
// last.
func TestActivity(t *testing.T) {
	for _, row := range []struct {
		what, spec string
		jobs       workload.Jobs // of the spec, unless it has a Runner
		want       []string
	}{
		{"a warm-up, and a drain",
			`{"duration": "3500ms", "concurrency": 2, "warmup": "1500ms", "workload": {"kind": "sleep", "duration": "2700ms"}}`, workload.Jobs{}, []string{
				"warm-up 500ms, quiet 1s", "running 1.5s, quiet 2s", "running 500ms", "draining 2.2s, quiet 1s",
				"draining 1.2s, quiet 2s", "draining 800ms",
			}},
		{"an arrival in a while", `{"rate": 0.4, "num_jobs": 2, "workload": {"kind": "sleep", "duration": "1100ms"}}`,
			workload.Jobs{}, []string{
				"running 0s, quiet 1s", "running 0s", "draining 1.1s, quiet 1s", "draining 500ms",
			}},
		{"a target that hangs", `{"num_jobs": 3, "concurrency": 3, "timeout": "2500ms"}`,
			workload.Jobs{Runner: runner(hanging)}, []string{
				"draining 2.5s, quiet 1s", "draining 1.5s, quiet 2s", "draining 1s",
			}},
		{"one that hangs for a while", `{"duration": "2s", "concurrency": 3}`,
			workload.Jobs{Runner: napping(3500 * time.Millisecond), DefaultTimeout: 30 * time.Second}, []string{
				"running 1s, quiet 1s", "draining 30s, quiet 2s", "draining 29s, quiet 3s", "draining 28.5s",
			}},
	} {
		t.Run(row.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said []string
				p := plan(t, row.spec)
				jobs := openJobs(t, p)
				if row.jobs.Runner != nil {
					jobs = row.jobs
				}
				_, err := fake().runJobs(t.Context(), p, jobs, nil, func(p aurea.Progress) {
					words := fmt.Sprintf("%s %v", p.Activity.Phase, p.Activity.Left)
					if p.Activity.Quiet > 0 {
						words += fmt.Sprintf(", quiet %v", p.Activity.Quiet)
					}
					said = append(said, words)
				})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(row.want, said); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A paused run reports that, and so does one that is stopped while a slow job
// ends.
func TestActivityPausedOrStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		slow := runner(func(context.Context, int64) error { time.Sleep(3700 * time.Millisecond); return nil })
		controls := make(chan aurea.Command)
		go func() {
			time.Sleep(500 * time.Millisecond)
			controls <- aurea.Command{Control: aurea.Control{Kind: aurea.Pause}, Answer: func(aurea.RunEvent, error) {}}
			time.Sleep(time.Second)
			cancel()
		}()
		var said []string
		_, err := fake().runJobs(ctx, plan(t, `{"num_jobs": 9, "concurrency": 1}`), workload.Jobs{Runner: slow},
			controls, func(p aurea.Progress) {
				said = append(said, p.Activity.Describe(p.InFlight))
			})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"paused, with 1 job in flight", "stopping: waiting for 1 job in flight",
			"stopping: waiting for 1 job in flight", ""}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
