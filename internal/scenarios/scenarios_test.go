package scenarios

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// execute executes a spec and returns its result, with what was observed.
func execute(
	ctx context.Context, t *testing.T, spec string, controls chan aurea.Command, watch func(aurea.Progress),
) (*aurea.Result, aurea.Measurement) {
	t.Helper()
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	executor := Executor{engine.New("test", kinds.New(kinds.Options{}))}
	plan := aurea.NewPlan(decoded, 11)
	resolved, err := executor.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	if watch == nil {
		watch = func(aurea.Progress) {}
	}
	m, err := executor.Execute(ctx, resolved.Limit(plan), resolved, controls, watch)
	if err != nil {
		t.Fatal(err)
	}
	return aurea.NewResult(plan, m), m
}

// A run of one scenario has the counts and the intended starts of a run without
// scenarios.
func TestOneScenarioIsPlain(t *testing.T) {
	for _, load := range []string{
		`"rate": 2000, "arrival": "poisson", "num_jobs": 300, "warmup": "50ms", "workload": {"kind": "noop"}`,
		`"stages": [{"duration": "1m", "rate": 100000}], "num_jobs": 300, "job_duration_ms": 0.1`,
		`"num_jobs": 200, "rate": 2000, "workload": {"kind": "cpu", "cpu_time": "10us"}`,
		`"num_jobs": 100, "concurrency": 7, "job_duration_ms": 1`,
	} {
		plain, records := execute(t.Context(), t, "{"+load+"}", nil, nil)
		one, ofScenario := execute(t.Context(), t, `{"scenarios": [{"name": "one", `+load+`}]}`, nil, nil)
		if diff := cmp.Diff(plain.Counts, one.Counts); diff != "" {
			t.Errorf("%s: counts (-plain +scenario):\n%s", load, diff)
		}
		if diff := cmp.Diff(plain.Counts, one.Scenarios[0].Counts); diff != "" {
			t.Errorf("%s: counts of the scenario (-plain +scenario):\n%s", load, diff)
		}
		if plain.Model != one.Model {
			t.Errorf("%s: the model is %s, and %s as a scenario", load, plain.Model, one.Model)
		}
		if plain.Model == aurea.Open {
			if diff := cmp.Diff(intended(records.Jobs), intended(ofScenario.Jobs)); diff != "" {
				t.Errorf("%s: intended starts (-plain +scenario):\n%s", load, diff)
			}
		}
		if (plain.Warmup == nil) != (one.Scenarios[0].Warmup == nil) {
			t.Errorf("%s: a warm-up is there once only", load)
		}
	}
}

// intended returns when jobs should have started, by their numbers.
func intended(log *aurea.JobLog) map[int64]time.Duration {
	starts := map[int64]time.Duration{}
	for job := range log.All() {
		starts[job.Index] = job.Intended
	}
	return starts
}

// A scenario without a start follows the one before it; one with a start runs at
// its moment. Their jobs have numbers of their own in the records of the run.
func TestStarts(t *testing.T) {
	r, m := execute(t.Context(), t, `{"scenarios": [
		{"name": "first", "num_jobs": 20, "concurrency": 2, "job_duration_ms": 5},
		{"name": "then", "num_jobs": 10, "rate": 1000, "workload": {"kind": "noop"}},
		{"name": "beside", "start": "20ms", "num_jobs": 5, "rate": 100, "workload": {"kind": "cpu", "cpu_time": "10us"}}
	]}`, nil, nil)
	if r.Status != aurea.StatusCompleted {
		t.Fatalf("the run is %s", r.Status)
	}
	if r.Counts.OK != 35 {
		t.Errorf("20, 10 and 5 jobs are %d", r.Counts.OK)
	}
	first, then, beside := m.Scenarios[0], m.Scenarios[1], m.Scenarios[2]
	if then.Start.Before(first.Start.Add(first.Duration)) {
		t.Errorf("then began %v before first ended", first.Start.Add(first.Duration).Sub(then.Start))
	}
	if got := beside.Start.Sub(m.Start); got != 20*time.Millisecond {
		t.Errorf("beside began at %v, want 20ms", got)
	}
	if r.Scenarios[2].Start != 0.02 {
		t.Errorf("the result says that beside began at %v", r.Scenarios[2].Start)
	}
	count := map[string]int{}
	for job := range m.Jobs.All() {
		name := r.Spec.ScenarioOf(job.Index)
		count[name]++
		if name == "beside" {
			k := job.Index / 3
			if want := 20*time.Millisecond + time.Duration(k)*10*time.Millisecond; job.Intended != want {
				t.Errorf("job %d of beside was due at %v on the clock of the run, want %v", k, job.Intended, want)
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"first": 20, "then": 10, "beside": 5}, count); diff != "" {
		t.Errorf("records by scenario (-want +got):\n%s", diff)
	}
}

// The intervals of a run add up to its result, and its last one knows all
// scenarios.
func TestProgress(t *testing.T) {
	var ok, elapsed int64
	var last aurea.Progress
	r, _ := execute(t.Context(), t, `{"scenarios": [
		{"name": "a", "rate": 500, "duration": "1200ms", "workload": {"kind": "noop"}},
		{"name": "b", "start": "300ms", "rate": 300, "duration": "1500ms", "job_duration_ms": 2},
		{"name": "c", "num_jobs": 5, "job_duration_ms": 1}
	]}`, nil, func(p aurea.Progress) {
		ok += p.Judged.OK
		if int64(p.Elapsed) < elapsed {
			t.Errorf("an interval ends at %v, after one that ended at %v", p.Elapsed, time.Duration(elapsed))
		}
		elapsed = int64(p.Elapsed)
		last = p
	})
	if ok != r.Counts.OK {
		t.Errorf("the intervals have %d jobs, the result %d", ok, r.Counts.OK)
	}
	if r.Counts.Planned != 600+450+5 {
		t.Errorf("%d jobs are planned, want 1055", r.Counts.Planned)
	}
	var inSeries int64
	for _, point := range r.Series {
		inSeries += point.OK
	}
	if inSeries != ok {
		t.Errorf("the series has %d jobs of %d", inSeries, ok)
	}
	var names []string
	for i, s := range last.Scenarios {
		names = append(names, s.Name+" "+s.State)
		if s.OK != r.Scenarios[i].Counts.OK {
			t.Errorf("%s has %d jobs in the last interval, %d in the result", s.Name, s.OK, r.Scenarios[i].Counts.OK)
		}
	}
	if diff := cmp.Diff([]string{"a ended", "b ended", "c ended"}, names); diff != "" {
		t.Errorf("scenarios of the last interval (-want +got):\n%s", diff)
	}
}

// A run that is stopped accounts for the scenarios that ran, and for those that had
// not begun.
func TestStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, _ := execute(ctx, t, `{"scenarios": [
		{"name": "long", "duration": "1h", "concurrency": 2, "job_duration_ms": 1},
		{"name": "then", "num_jobs": 10},
		{"name": "late", "start": "1h", "num_jobs": 7}
	]}`, nil, func(p aurea.Progress) {
		if p.Interval.OK > 0 {
			cancel()
		}
	})
	if r.Status != aurea.StatusCancelled {
		t.Errorf("a stopped run is %s", r.Status)
	}
	if r.Scenarios[0].Counts.OK == 0 {
		t.Error("the scenario that ran has no jobs")
	}
	if got := r.Scenarios[1].Counts.Cancelled + r.Scenarios[2].Counts.Cancelled; got != 17 {
		t.Errorf("%d jobs of scenarios that had not begun are cancelled, want 17", got)
	}
	if err := r.Counts.Check(); err != nil {
		t.Error(err)
	}
	if r.Scenarios[2].Status != aurea.StatusCancelled {
		t.Errorf("a scenario that had not begun is %s", r.Scenarios[2].Status)
	}
}

// A threshold of a scenario that aborts ends the whole run.
func TestAbort(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var abort *aurea.Abort
	execute(ctx, t, `{"scenarios": [
		{"name": "good", "duration": "1h", "concurrency": 1, "job_duration_ms": 1},
		{"name": "bad", "start": "0s", "duration": "1h", "concurrency": 1,
			"workload": {"kind": "sleep", "duration": "1ms", "failure": {"rate": 1}},
			"thresholds": ["error_rate < 50% abort"]}
	]}`, nil, func(p aurea.Progress) {
		if p.Aborted != nil && abort == nil {
			abort = p.Aborted
			cancel()
		}
	})
	if abort == nil || abort.Scenario != "bad" || abort.Expression != "error_rate < 50%" {
		t.Fatalf("the run was ended by %+v, want the threshold of bad", abort)
	}
}

// Pauses and new loads are refused, and the run goes on.
func TestControls(t *testing.T) {
	controls := make(chan aurea.Command)
	answer := make(chan error, 1)
	go func() {
		controls <- aurea.Command{
			Control: aurea.Control{Kind: aurea.Pause}, Answer: func(_ aurea.RunEvent, err error) { answer <- err },
		}
	}()
	spec := `{"scenarios": [{"name": "a", "num_jobs": 200, "concurrency": 1, "job_duration_ms": 1}]}`
	r, _ := execute(t.Context(), t, spec, controls, nil)
	if err := <-answer; !errors.Is(err, aurea.ErrConflict) || !strings.Contains(err.Error(), "scenarios") {
		t.Errorf("a pause is answered with %v", err)
	}
	if r.Counts.OK != 200 {
		t.Errorf("%d jobs are ok, want 200", r.Counts.OK)
	}
}
