package kinds_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
	"github.com/aurea-orchestrator/aurea/param"
)

// Every kind of the table is described, and works with its defaults.
func TestKinds(t *testing.T) {
	set := kinds.New(everything(t))
	for _, k := range set.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			checkDocumented(t, k.Name, k.Doc, k.Parameters)
			w := aurea.Workload{Kind: k.Name, Parameters: simplest(t, k.Name)}
			jobs := workloadtest.Open(t, set, w)
			if jobs.Delayer != nil {
				checkDelayer(t, jobs.Delayer, workloadtest.Open(t, set, w).Delayer)
			} else {
				checkRunner(t, jobs, k)
			}
		})
	}
}

// A plan of any kind can be divided among workers, but for a station, whose jobs
// wait for each other, and what contains one.
func TestWhole(t *testing.T) {
	set := kinds.New(everything(t))
	workloads := map[string]bool{
		stepsOf(`{"kind": "sleep"}`, `{"kind": "station"}`):             true,
		mixOf(`{"kind": "station"}`, `{"kind": "sleep"}`):               true,
		mixOf(`{"kind": "noop"}`, stepsOf(`{"kind": "station"}`)):       true,
		mixOf(`{"kind": "noop"}`, stepsOf(`{"kind": "sleep"}`)):         false,
		`{"kind": "station", "failure": {"kind": "slow", "rate": 0.5}}`: true,
	}
	for _, k := range set.Kinds() {
		w := aurea.Workload{Kind: k.Name, Parameters: simplest(t, k.Name)}
		encoded, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		workloads[string(encoded)] = k.Name == "station"
	}
	for text, want := range workloads {
		resolved, err := set.Resolve(aurea.Plan{Workload: workloadtest.Workload(t, text), Concurrency: 1})
		if err != nil {
			t.Fatal(err)
		}
		if resolved.Whole != want {
			t.Errorf("%s: whole is %v, want %v", text, resolved.Whole, want)
		}
	}
}

// An unknown kind is refused. The error names the available kinds.
func TestUnknownKind(t *testing.T) {
	const want = "workload.kind: must be one of sleep, noop, station, cpu, http, grpc, memory, disk, mix, steps; " +
		`got "slep"; did you mean sleep?`
	if got := workloadtest.Refusal(kinds.New(kinds.Options{}), aurea.Workload{Kind: "slep"}, 0); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// simplest returns the parameters that a kind requires.
func simplest(t *testing.T, kind string) map[string]any {
	inner := map[string]any{"kind": "sleep", "duration": "1us"}
	switch kind {
	case "http":
		return map[string]any{"url": serve(t, func(http.ResponseWriter, *http.Request) {})}
	case "grpc":
		return map[string]any{"target": serveHealth(t), "method": "grpc.health.v1.Health/Check"}
	case "exec":
		return map[string]any{"command": "true"}
	case "mix":
		return map[string]any{"parts": []any{map[string]any{"workload": inner}}}
	case "steps":
		return map[string]any{"steps": []any{inner}}
	}
	return nil
}

// checkDocumented checks that every parameter has a description.
func checkDocumented(t *testing.T, name, doc string, parameters []param.Parameter) {
	t.Helper()
	if doc == "" || strings.HasSuffix(doc, ".") {
		t.Errorf("%s has the description %q, want a phrase without a full stop", name, doc)
	}
	for _, p := range parameters {
		checkDocumented(t, name+"."+p.Name, p.Doc, p.Members)
		if p.Items != nil {
			checkDocumented(t, name+"."+p.Name+"[]", p.Items.Doc, p.Items.Members)
		}
	}
}

// checkDelayer checks the contract of a Delayer.
func checkDelayer(t *testing.T, one, again workload.Delayer) {
	for job := range int64(1000) {
		enter(one, job)
		enter(again, job)
		delay := one.Delay(job)
		if delay < 0 || delay > one.MaxDelay() {
			t.Fatalf("job %d waits %v, want 0 to %v", job, delay, one.MaxDelay())
		}
		if delay != again.Delay(job) {
			t.Fatalf("job %d waits %v, and with the same seed %v", job, delay, again.Delay(job))
		}
	}
	if n := testing.AllocsPerRun(100, func() { one.Delay(3) }); n != 0 {
		t.Errorf("Delay makes %v allocations", n)
	}
}

// checkRunner checks the contract of a Runner.
func checkRunner(t *testing.T, jobs workload.Jobs, k aurea.Kind) {
	if k.MaxInFlight <= 0 {
		t.Error("the kind has no limit of jobs in flight")
	}
	for job := range int64(10) {
		if err := jobs.Runner.Run(t.Context(), job, workload.NewJobMetrics(jobs.Metrics)); err != nil {
			t.Fatalf("job %d: %v", job, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := jobs.Runner.Run(cancelled, 1, workload.JobMetrics{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a job that is cancelled before it begins: %v, want %v", err, context.Canceled)
	}
}

// enter adds a job to a Queue.
func enter(d workload.Delayer, job int64) {
	if queue, ok := d.(workload.Queue); ok {
		queue.Enter(job, time.Duration(job)*time.Millisecond)
	}
}
