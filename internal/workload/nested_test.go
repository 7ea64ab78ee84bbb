package workload

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Jobs are dealt out by the weights, the same ones whenever it is asked, and
// each does what its part does.
func TestMix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parameters := parsed(t, `{"parts": [
			{"weight": 6, "workload": {"kind": "sleep", "duration": "1ms"}},
			{"weight": 3, "workload": {"kind": "sleep", "duration": "2ms"}},
			{"weight": 1, "name": "long", "workload": {"kind": "sleep", "duration": "3ms"}}]}`)
		mixed, again := open(t, Policy{}, "mix", parameters, 7), open(t, Policy{}, "mix", parameters, 7)
		const jobs = 10_000
		var counts [3]float64
		for job := range int64(jobs) {
			part := mixed.Part(job)
			if part != again.Part(job) {
				t.Fatalf("job %d is of two parts with one seed", job)
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
		for i, part := range mixed.Metrics.Parts {
			if part != want[i] {
				t.Errorf("part %d is %+v, want %+v", i, part, want[i])
			}
		}
	})
}

// Steps follow each other; each is a phase, and what one measures comes behind
// its name.
func TestSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := open(t, Policy{}, "steps", parsed(t, `{"steps": [
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
		r := aurea.NewResult(aurea.NewPlan(aurea.Spec{NumJobs: 2}, 1), aurea.Measurement{Tally: aurea.NewTally(), Breakdown: detail})
		for name, want := range map[string]float64{"1_sleep": 0.005, "rest": 0.007} {
			if phase, _ := r.Phases.Get(name); phase.Count != 2 || phase.Min != want || phase.Max != want {
				t.Errorf("%s: %+v, want 2 of %v s", name, phase, want)
			}
		}
		if cpu, _ := r.Phases.Get("work.cpu"); cpu.Count != 2 {
			t.Errorf("work.cpu: %+v, want 2", cpu)
		}
		if units, _ := r.Counters.Get("work.units"); units.Total != 6 {
			t.Errorf("%d units, want 6", units.Total)
		}
	})
}

// The first step that fails is the last one, and its failure is the job's.
func TestStepsStopAtAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := open(t, Policy{}, "steps", parsed(t, `{"steps": [
			{"kind": "sleep", "duration": "5ms"},
			{"kind": "noop", "name": "pay", "failure": {"rate": 1}},
			{"kind": "sleep", "duration": "7ms"}]}`), 7)
		start := time.Now()
		err := jobs.Runner.Run(t.Context(), 1, NewJobMetrics(jobs.Metrics))
		var failure *Failure
		if !errors.As(err, &failure) || failure.Class != "injected" || err.Error() != "step pay: the workload's failure wants it" {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(start); took != 5*time.Millisecond {
			t.Errorf("the job went on for %v, want 5 ms", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
		defer cancel()
		if err := jobs.Runner.Run(ctx, 1, JobMetrics{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with too little time: %v", err)
		}
	})
}

// Workloads within one have draws of their own, or the second would repeat the
// first.
func TestNestedDrawsDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := open(t, Policy{}, "steps", parsed(t, `{"steps": [
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

func TestWrongNested(t *testing.T) {
	const noop = `{"kind": "noop"}`
	for text, want := range map[string]string{
		`{"kind": "mix"}`:              "workload.parts: is needed: the workloads",
		`{"kind": "mix", "parts": []}`: "workload.parts: must be a list of 1 to 20; got 0",
		`{"kind": "mix", "parts": [{"weight": 0, "workload": ` + noop + `}]}`:                                          "workload.parts[0].weight: must be a number from 0.000001 to 1000000; got 0",
		`{"kind": "mix", "parts": [{"weight": 1}]}`:                                                                    "workload.parts[0].workload: is needed: what those jobs do",
		`{"kind": "mix", "parts": [{"workload": {"kind": "slep"}}]}`:                                                   `workload.parts[0].workload.kind: must be one of`,
		`{"kind": "mix", "parts": [{"workload": {"kind": "sleep", "duraton": "1s"}}]}`:                                 "workload.parts[0].workload.duraton: is not a field; did you mean duration?",
		`{"kind": "mix", "parts": [{"name": "a b", "workload": ` + noop + `}]}`:                                        `workload.parts[0].name: must be up to 40 of a-z 0-9 _; got "a b"`,
		`{"kind": "mix", "parts": [{"name": "a", "workload": ` + noop + `}, {"name": "a", "workload": ` + noop + `}]}`: `workload.parts[1].name: must differ from the other names; "a" is there already`,
		`{"kind": "mix", "parts": [{"workload": {"kind": "mix", "parts": [{"workload": ` + noop + `}]}}]}`:             "workload.parts[0].workload.kind: cannot be mix here: a mix may hold steps, and steps hold nothing of that kind",
		`{"kind": "steps", "steps": [{"kind": "steps", "steps": [` + noop + `]}]}`:                                     "workload.steps[0].kind: cannot be steps here: a mix may hold steps, and steps hold nothing of that kind",
		`{"kind": "steps", "steps": [` + noop + `, {"kind": "cpu", "work": 1, "cpu_time": "1s"}]}`:                     "workload.steps[1].work: cannot stand together with cpu_time; give one of them",
		`{"kind": "steps", "steps": [{"kind": "sleep", "jitter": 2}]}`:                                                 "workload.steps[0].jitter: must be a number from 0 to 1; got 2",
	} {
		var w aurea.Workload
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			t.Fatal(err)
		}
		err := check(Policy{}, aurea.Plan{Workload: w})
		if err == nil || !strings.HasPrefix(err.Error(), want) || !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{
		`{"kind": "mix", "parts": [{"workload": {"kind": "steps", "steps": [` + noop + `, ` + noop + `]}}, {"workload": {"kind": "station"}}]}`,
	} {
		var w aurea.Workload
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			t.Fatal(err)
		}
		if err := check(Policy{}, aurea.Plan{Workload: w}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A threshold about what the jobs do not measure is refused before they run.
func TestThresholdsAboutNothing(t *testing.T) {
	for expression, want := range map[string]string{
		"phases.cpu.p99 < 1s":              "",
		"counters.units.per_second > 1":    "",
		"phases.connect.p99 < 1s":          "thresholds[0]: phases.connect is nothing that this workload measures; it has phases.cpu, counters.units",
		"parts.search.error_rate < 1%":     "thresholds[0]: parts.search is nothing that this workload measures; it has phases.cpu, counters.units",
		"counters.bytes_in.per_second > 1": "thresholds[0]: counters.bytes_in is nothing that this workload measures; it has phases.cpu, counters.units",
	} {
		threshold, err := aurea.ParseThreshold(expression)
		if err != nil {
			t.Fatal(err)
		}
		err = check(Policy{}, aurea.Plan{Spec: aurea.Spec{Thresholds: []aurea.Threshold{threshold}}, Workload: aurea.Workload{Kind: "cpu"}})
		if got := map[bool]string{true: ""}[err == nil]; err != nil && err.Error() != want || err == nil && want != got {
			t.Errorf("%s: %v, want %q", expression, err, want)
		}
	}
}
