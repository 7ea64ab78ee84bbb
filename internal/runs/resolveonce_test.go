package runs

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// A callCounter is an engine whose calls are counted, and those of its only
// kind of job.
type callCounter struct {
	*engine.Engine

	mu       sync.Mutex
	calls    map[string]int
	resolved []*workload.Resolved // what Resolve returned, and what Execute got
}

func newCallCounter() *callCounter {
	c := &callCounter{calls: map[string]int{}}
	counted := workload.Noop
	counted.Name = "counted"
	counted.Resolve = func(v param.Values, scope workload.Scope) (workload.Resolved, error) {
		c.count("kind.Resolve")
		r, err := workload.Noop.Resolve(v, scope)
		acquire := r.Acquire
		r.Acquire = func(ctx context.Context, usage *workload.Usage) (workload.Jobs, error) {
			c.count("kind.Acquire")
			return acquire(ctx, usage)
		}
		return r, err
	}
	c.Engine = engine.New("test", workload.NewSet(workload.Policy{}, counted, workload.Mix, workload.Steps))
	return c
}

func (c *callCounter) count(call string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[call]++
}

func (c *callCounter) keep(r *workload.Resolved) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.resolved = append(c.resolved, r)
}

func (c *callCounter) Resolve(plan aurea.Plan) (*workload.Resolved, error) {
	c.count("Resolve")
	resolved, err := c.Engine.Resolve(plan)
	c.keep(resolved)
	return resolved, err
}

func (c *callCounter) Execute(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	c.count("Execute")
	c.keep(resolved)
	return c.Engine.Execute(ctx, plan, resolved, controls, observe)
}

// A workload is resolved once, when its run is submitted. The manager hands the
// resolved workload to the executor, which opens it once and resolves nothing.
func TestRunIsResolvedOnce(t *testing.T) {
	for text, children := range map[string]int{
		`{"kind": "counted"}`: 1,
		`{"kind": "steps", "steps": [{"kind": "counted"}, {"kind": "counted"}]}`:                           2,
		`{"kind": "mix", "parts": [{"workload": {"kind": "steps", "steps": [{"kind": "counted"}]}}]}`:      1,
		`{"kind": "mix", "parts": [{"workload": {"kind": "counted"}}, {"workload": {"kind": "counted"}}]}`: 2,
	} {
		c := newCallCounter()
		run := doOne(t, c, `{"num_jobs": 3, "workload": `+text+`}`)
		if want := (aurea.Counts{Planned: 3, OK: 3}); run.Result.Counts != want {
			t.Errorf("%s: counts %+v, want %+v", text, run.Result.Counts, want)
		}
		want := map[string]int{"Resolve": 1, "Execute": 1, "kind.Resolve": children, "kind.Acquire": children}
		if diff := cmp.Diff(want, c.calls); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", text, diff)
		}
		if len(c.resolved) != 2 || c.resolved[0] != c.resolved[1] {
			t.Errorf("%s: Execute got another workload than Resolve returned: %p", text, c.resolved)
		}
	}
}

// doOne executes one run with a manager of its own.
func doOne(t *testing.T, executor Executor, spec string) aurea.Run {
	t.Helper()
	m := New(executor, Options{})
	ctx, drain := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	run, err := m.Do(t.Context(), decode(t, spec), nil)
	drain()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return run
}
