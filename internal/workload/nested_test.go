package workload

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// Each part gets its share of the jobs, by the weights. Which jobs is a function
// of the seed. A job does what its part does.
func TestMix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parameters := parseObject(t, `{"parts": [
			{"weight": 6, "workload": {"kind": "sleep", "duration": "1ms"}},
			{"weight": 3, "workload": {"kind": "sleep", "duration": "2ms"}},
			{"weight": 1, "name": "long", "workload": {"kind": "sleep", "duration": "3ms"}}]}`)
		mixed, again := open(t, Policy{}, "mix", parameters, 7), open(t, Policy{}, "mix", parameters, 7)
		const jobs = 10_000
		var counts [3]float64
		for job := range int64(jobs) {
			part := mixed.Part(job)
			if part != again.Part(job) {
				t.Fatalf("job %d differs between two mixes of one seed", job)
			}
			counts[part]++
			if job > 100 {
				continue
			}
			start := time.Now()
			if err := mixed.Runner.Run(t.Context(), job, NewJobMetrics(mixed.Metrics)); err != nil {
				t.Fatal(err)
			}
			if took, want := time.Since(start), time.Duration(part+1)*time.Millisecond; took != want {
				t.Fatalf("job %d of part %d takes %v, want %v", job, part, took, want)
			}
		}
		for i, share := range []float64{0.6, 0.3, 0.1} {
			if got := counts[i] / jobs; math.Abs(got-share) > 4*math.Sqrt(share*(1-share)/jobs) {
				t.Errorf("part %d has %v of the jobs, want %v", i, got, share)
			}
		}
		want := []aurea.Part{{Name: "sleep", Weight: 6}, {Name: "sleep_2", Weight: 3}, {Name: "long", Weight: 1}}
		if diff := cmp.Diff(want, mixed.Metrics.Parts); diff != "" {
			t.Errorf("parts (-want +got):\n%s", diff)
		}
	})
}

// Steps run one after the other. Each is a phase, and its metrics are prefixed
// with its name.
func TestSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := open(t, Policy{}, "steps", parseObject(t, `{"steps": [
			{"kind": "sleep", "duration": "5ms"},
			{"kind": "cpu", "name": "work", "work": 3},
			{"kind": "sleep", "duration": "7ms", "name": "rest"}]}`), 7)
		detail := aurea.NewBreakdown(jobs.Metrics)
		for job := range int64(2) {
			metrics := NewJobMetrics(jobs.Metrics)
			if err := jobs.Runner.Run(t.Context(), job, metrics); err != nil {
				t.Fatal(err)
			}
			metrics.RecordIn(detail)
		}
		plan := aurea.NewPlan(aurea.Spec{NumJobs: 2}, 1)
		r := aurea.NewResult(plan, aurea.Measurement{Tally: aurea.NewTally(), Breakdown: detail})
		for name, want := range map[string]float64{"1_sleep": 0.005, "rest": 0.007} {
			phase, _ := r.Phases.Get(name)
			if phase.Count != 2 {
				t.Errorf("phase %s: count %d, want 2", name, phase.Count)
			}
			if got := [2]float64{phase.Min, phase.Max}; got != [2]float64{want, want} {
				t.Errorf("phase %s: minimum and maximum %v, want %v s", name, got, want)
			}
		}
		if cpu, _ := r.Phases.Get("work.cpu"); cpu.Count != 2 {
			t.Errorf("phase work.cpu: count %d, want 2", cpu.Count)
		}
		if units, _ := r.Counters.Get("work.units"); units.Total != 6 {
			t.Errorf("counter work.units: %d, want 6", units.Total)
		}
	})
}

// The first step that fails is the last one, and its failure is the job's. A
// deadline within a step ends the job.
func TestStepsStopAtAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := open(t, Policy{}, "steps", parseObject(t, `{"steps": [
			{"kind": "sleep", "duration": "5ms"},
			{"kind": "noop", "name": "pay", "failure": {"rate": 1}},
			{"kind": "sleep", "duration": "7ms"}]}`), 7)
		start := time.Now()
		err := jobs.Runner.Run(t.Context(), 1, NewJobMetrics(jobs.Metrics))
		if class := classOf(err); class != "injected" {
			t.Errorf("class %q, want injected", class)
		}
		if want := "step pay: the workload's failure wants it"; message(err) != want {
			t.Errorf("Run = %v, want %s", err, want)
		}
		if took := time.Since(start); took != 5*time.Millisecond {
			t.Errorf("the job took %v, want 5ms", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
		defer cancel()
		if err := jobs.Runner.Run(ctx, 1, JobMetrics{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run with a deadline in the first step = %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

// Each step draws from a stream of its own. Otherwise the second step would
// repeat the delays of the first.
func TestNestedDrawsDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := open(t, Policy{}, "steps", parseObject(t, `{"steps": [
			{"kind": "sleep", "duration": "5ms", "distribution": "exponential", "name": "a"},
			{"kind": "sleep", "duration": "5ms", "distribution": "exponential", "name": "b"}]}`), 7)
		same := 0
		for job := range int64(100) {
			metrics := NewJobMetrics(jobs.Metrics)
			if err := jobs.Runner.Run(t.Context(), job, metrics); err != nil {
				t.Fatal(err)
			}
			if metrics.phases[0] == metrics.phases[1] {
				same++
			}
		}
		if same > 1 {
			t.Errorf("%d of 100 jobs have two equal steps", same)
		}
	})
}

// A wrong part or step is refused, with its location.
func TestWrongNested(t *testing.T) {
	const nesting = "a mix may hold steps, and steps hold nothing of that kind"
	for _, test := range []struct{ workload, want string }{
		{`{"kind": "mix"}`, "workload.parts: is needed: the workloads"},
		{`{"kind": "mix", "parts": []}`, "workload.parts: must be a list of 1 to 20; got 0"},
		{
			`{"kind": "mix", "parts": [{"weight": 0, "workload": {"kind": "noop"}}]}`,
			"workload.parts[0].weight: must be a number from 0.000001 to 1000000; got 0",
		},
		{
			`{"kind": "mix", "parts": [{"weight": 1}]}`,
			"workload.parts[0].workload: is needed: what those jobs do",
		},
		{
			`{"kind": "mix", "parts": [{"workload": {"kind": "slep"}}]}`,
			"workload.parts[0].workload.kind: must be one of",
		},
		{
			`{"kind": "mix", "parts": [{"workload": {"kind": "sleep", "duraton": "1s"}}]}`,
			"workload.parts[0].workload.duraton: is not a field; did you mean duration?",
		},
		{
			`{"kind": "mix", "parts": [{"name": "a b", "workload": {"kind": "noop"}}]}`,
			`workload.parts[0].name: must be up to 40 of a-z 0-9 _; got "a b"`,
		},
		{
			`{"kind": "mix", "parts": [{"name": "a", "workload": {"kind": "noop"}}, ` +
				`{"name": "a", "workload": {"kind": "noop"}}]}`,
			`workload.parts[1].name: must differ from the other names; "a" is there already`,
		},
		{
			`{"kind": "mix", "parts": [{"workload": {"kind": "mix", "parts": [{"workload": {"kind": "noop"}}]}}]}`,
			"workload.parts[0].workload.kind: cannot be mix here: " + nesting,
		},
		{
			`{"kind": "steps", "steps": [{"kind": "steps", "steps": [{"kind": "noop"}]}]}`,
			"workload.steps[0].kind: cannot be steps here: " + nesting,
		},
		{
			`{"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "cpu", "work": 1, "cpu_time": "1s"}]}`,
			"workload.steps[1].work: cannot be combined with cpu_time; set only one",
		},
		{
			`{"kind": "steps", "steps": [{"kind": "sleep", "jitter": 2}]}`,
			"workload.steps[0].jitter: must be a number from 0 to 1; got 2",
		},
	} {
		err := resolveError(Policy{}, aurea.Plan{Workload: parseWorkload(t, test.workload)})
		if !strings.HasPrefix(message(err), test.want) {
			t.Errorf("%s: %v, want %s", test.workload, err, test.want)
		}
		if !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%s: %v is not an ErrInvalid", test.workload, err)
		}
	}
}

// The parts of a mix may be steps.
func TestStepsInAMix(t *testing.T) {
	w := parseWorkload(t, `{"kind": "mix", "parts": [
		{"workload": {"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "noop"}]}},
		{"workload": {"kind": "station"}}]}`)
	if err := resolveError(Policy{}, aurea.Plan{Workload: w}); err != nil {
		t.Error(err)
	}
}
