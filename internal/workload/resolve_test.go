package workload

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// An error of Resolve names the field that is wrong.
func TestResolveErrors(t *testing.T) {
	for _, test := range []struct{ workload, want string }{
		{
			`{"kind": "slep"}`,
			`workload.kind: must be one of sleep, noop, station, cpu, memory, disk, mix, steps; ` +
				`got "slep"; did you mean sleep?`,
		},
		{
			`{"kind": "sleep", "duration": "-1s"}`,
			`workload.duration: must be a duration such as "250ms" from 0s to 1h; got "-1s"`,
		},
		{
			`{"kind": "sleep", "duration": 5}`,
			`workload.duration: must be a duration such as "250ms" from 0s to 1h; got 5`,
		},
		{`{"kind": "sleep", "jitter": 1.5}`, `workload.jitter: must be a number from 0 to 1; got 1.5`},
		{`{"kind": "sleep", "duraton": "1s"}`, `workload.duraton: is not a field; did you mean duration?`},
		{
			`{"kind": "sleep", "jitter": 0.1, "distribution": "pareto"}`,
			`workload.jitter: cannot be combined with a distribution; set only one`,
		},
		{`{"kind": "noop", "duration": "1s"}`, `workload.duration: is not a field; known: failure`},
	} {
		err := resolveError(Policy{}, aurea.Plan{Workload: parseWorkload(t, test.workload)})
		if message(err) != test.want {
			t.Errorf("%s: %v, want %s", test.workload, err, test.want)
		}
		if !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%s: %v is not an ErrInvalid", test.workload, err)
		}
	}
}

// A threshold about a metric that the jobs do not report is refused.
func TestResolveChecksThresholds(t *testing.T) {
	const has = " is nothing that this workload measures; it has phases.cpu, counters.units"
	for expression, want := range map[string]string{
		"phases.cpu.p99 < 1s":              "",
		"counters.units.per_second > 1":    "",
		"phases.connect.p99 < 1s":          "thresholds[0]: phases.connect" + has,
		"parts.search.error_rate < 1%":     "thresholds[0]: parts.search" + has,
		"counters.bytes_in.per_second > 1": "thresholds[0]: counters.bytes_in" + has,
	} {
		threshold, err := aurea.ParseThreshold(expression)
		if err != nil {
			t.Fatal(err)
		}
		spec := aurea.Spec{Thresholds: []aurea.Threshold{threshold}}
		err = resolveError(Policy{}, aurea.Plan{Spec: spec, Workload: aurea.Workload{Kind: "cpu"}})
		if message(err) != want {
			t.Errorf("%s: %v, want %q", expression, err, want)
		}
	}
}

// A shard of an open plan is checked by its own part of the concurrency.
func TestResolveChecksTheShard(t *testing.T) {
	spec := aurea.Spec{Rate: 1, Duration: aurea.Duration(time.Second), Concurrency: MaxThreads + 2,
		Workload: &aurea.Workload{Kind: "disk"}}
	whole := aurea.NewPlan(spec, 1)
	const want = "concurrency: must be at most 5000 with the workload disk, which takes a thread of the system for " +
		"each job in flight; got 5002"
	if got := message(resolveError(Policy{}, whole)); got != want {
		t.Errorf("the whole plan: %q, want %q", got, want)
	}
	if got := message(resolveError(Policy{}, whole.Shard(0, aurea.EqualWeights(2)))); got != "" {
		t.Errorf("a half of the plan: %q", got)
	}
}

// openTwice resolves a workload once and opens it twice.
func openTwice(t *testing.T, policy Policy, text string) (first, second Jobs) {
	t.Helper()
	plan := aurea.Plan{
		Spec: aurea.Spec{Timeout: aurea.Duration(time.Hour)}, Workload: parseWorkload(t, text), Concurrency: 1, Seed: 7,
	}
	resolved, err := newTestSet(policy).Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, jobs := range []*Jobs{&first, &second} {
		if *jobs, err = resolved.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return first, second
}

// Each opening of a station has a queue of its own. The jobs of one opening do
// not wait for those of the other.
func TestOpenedStationsAreSeparate(t *testing.T) {
	first, second := openTwice(t, Policy{}, `{"kind": "station", "service": "10ms", "distribution": "fixed"}`)
	busy, idle := first.Delayer.(Queue), second.Delayer.(Queue)
	for job := range int64(3) {
		busy.Enter(job, 0)
	}
	idle.Enter(2, 0)
	got := []time.Duration{busy.Delay(2), idle.Delay(2)}
	if diff := cmp.Diff([]time.Duration{30 * time.Millisecond, 10 * time.Millisecond}, got); diff != "" {
		t.Errorf("delays of job 2 in a busy and an idle station (-want +got):\n%s", diff)
	}
	idle.Leave(2)
	if got := busy.Delay(2); got != 30*time.Millisecond {
		t.Errorf("after job 2 left the idle station, its delay in the busy one is %v, want 30ms", got)
	}
}

// A station that is a step is separate as well.
func TestOpenedStepsAreSeparate(t *testing.T) {
	const text = `{"kind": "steps", "steps": [{"kind": "station", "service": "1h", "distribution": "fixed"}]}`
	first, second := openTwice(t, Policy{}, text)
	stationOf := func(jobs Jobs) Queue {
		runner := jobs.Runner.(stepsRunner).steps[0].Runner
		return runner.(delayRunner).queue
	}
	stationOf(first).Enter(1, 0)
	if delay := stationOf(second).Delay(1); delay != 0 {
		t.Errorf("job 1 entered one station and has the delay %v in the other", delay)
	}
}

// Each opening of a disk workload has a directory and a meter of its own. Closing
// one does not disturb the other.
func TestOpenedDisksAreSeparate(t *testing.T) {
	policy := Policy{Dir: t.TempDir(), MaxDisk: 8 << 10}
	first, second := openTwice(t, policy, `{"kind": "disk", "bytes": 8192, "block": 512, "op": "read"}`)
	if dirs := scratchesIn(t, policy.Dir); len(dirs) != 2 {
		t.Errorf("two openings have the directories %v, want two", dirs)
	}
	first.Close()
	if err := second.Runner.Run(t.Context(), 1, NewJobMetrics(second.Metrics)); err != nil {
		t.Errorf("after the other opening was closed: %v", err)
	}
	second.Close()
	if dirs := scratchesIn(t, policy.Dir); len(dirs) != 0 {
		t.Errorf("closed openings leave %v", dirs)
	}
}

// scratchesIn lists the scratch directories in a directory.
func scratchesIn(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, scratchName+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The jobs of two openings do not use up each other's limit.
func TestOpenedMetersAreSeparate(t *testing.T) {
	page := int64(os.Getpagesize())
	policy := Policy{MaxMemory: page}
	first, second := openTwice(t, policy, `{"kind": "memory", "bytes": 1, "hold": "1h"}`)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- first.Runner.Run(ctx, 1, JobMetrics{}) }()
	used := first.Runner.(withDeadlineTimer).Runner.(memoryRunner).used
	for used.held.Load() < page {
		time.Sleep(time.Millisecond)
	}
	if err := first.Runner.Run(ctx, 2, JobMetrics{}); classOf(err) != "limit" {
		t.Errorf("a second job of the same opening: %v, want the class limit", err)
	}
	soon, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	if err := second.Runner.Run(soon, 1, JobMetrics{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a job of the other opening: %v, want it to hold its memory until its deadline", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the first job: %v, want %v", err, context.Canceled)
	}
}
