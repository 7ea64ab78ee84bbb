package aurea

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func decodeTestSpec(t *testing.T, text string) Spec {
	t.Helper()
	spec, err := DecodeSpec([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// A scenario has the plan of a spec with its fields. The first has the seed of the
// run, the others have seeds of their own, which follow from it.
func TestScenarioPlans(t *testing.T) {
	load := `"rate": 50, "arrival": "poisson", "duration": "2s", "warmup": "500ms"`
	plain := NewPlan(decodeTestSpec(t, `{"name": "a", `+load+`}`), 7)
	several := decodeTestSpec(t, `{"scenarios": [{"name": "a", `+load+`}, {"name": "b", `+load+`, "start": "3s"},
		{"name": "c", "num_jobs": 5}]}`)
	plan := NewPlan(several, 7)
	if diff := cmp.Diff(plain, plan.Scenarios[0], cmpopts.IgnoreUnexported(Threshold{}, Secret{})); diff != "" {
		t.Errorf("a scenario is planned unlike a spec of its fields (-plain +scenario):\n%s", diff)
	}
	seeds := map[uint64]bool{}
	for _, scenario := range plan.Scenarios {
		seeds[scenario.Seed] = true
	}
	if len(seeds) != 3 {
		t.Errorf("3 scenarios have the seeds %v", seeds)
	}
	if again := NewPlan(several, 7); again.Scenarios[1].Seed != plan.Scenarios[1].Seed {
		t.Errorf("the same seed of a run gives a scenario the seed %d and then %d",
			plan.Scenarios[1].Seed, again.Scenarios[1].Seed)
	}
	if plan.Jobs != Unbounded {
		t.Errorf("a run with a scenario that only time ends has %d jobs", plan.Jobs)
	}
	if start := several.Scenarios[1].Start; start == nil || *start != Duration(3*time.Second) {
		t.Errorf("start 3s is decoded as %v", start)
	}
}

// Each wrong field of a scenario is named at its place.
func TestScenarioMistakes(t *testing.T) {
	for body, want := range map[string]string{
		`{"scenarios": []}`: "scenarios: must be a list of 1 to 20 scenarios; got a list",
		`{"scenarios": [{"name": "a", "num_jobs": 1}], "rate": 5}`: "rate: cannot be combined with scenarios, " +
			"each of which has its own; set it in each of them",
		`{"scenarios": [{"num_jobs": 1}]}`:                               "scenarios[0].name: is needed",
		`{"scenarios": [{"name": "a b", "num_jobs": 1}]}`:                "scenarios[0].name: must be up to 40 of a-z",
		`{"scenarios": [{"name": "a"}]}`:                                 "scenarios[0].num_jobs: is needed, or",
		`{"scenarios": [{"name": "a", "num_jobs": 1, "seed": 1}]}`:       "scenarios[0].seed: is not a field",
		`{"scenarios": [{"name": "a", "num_jobs": 1, "scenarios": []}]}`: "scenarios[0].scenarios: is not a field",
		`{"scenarios": [{"name": "a", "num_jobs": 1, "start": "-1s"}]}`:  "scenarios[0].start: must be a duration",
		`{"scenarios": [{"name": "a", "num_jobs": 1}, {"name": "a", "num_jobs": 1}]}`: `"a" is ` +
			`there already`,
		`{"scenarios": [{"name": "a", "num_jobs": 1, "workload": {"kind": "http", "url": "http://h/"}}], ` +
			`"sample": 3}`: "sample: cannot be combined with scenarios, whose jobs are not sampled",
		`{"scenarios": [{"name": "a", "num_jobs": 1, "sample": 3}]}`:     "scenarios[0].sample: is not a field",
		`{"scenarios": [{"name": "a", "num_jobs": 1}], "workers": 2}`:    "workers: cannot be combined with scenarios",
		`{"scenarios": [{"name": "a", "stages": [{"duration": "1s"}]}]}`: "scenarios[0].stages[0]: must have a rate",
		`{"scenarios": [{"name": "a", "num_jobs": 1, "thresholds": ["p99 < 1"]}]}`: "scenarios[0].thresholds[0]: p99: " +
			`the limit "1" has no unit`,
	} {
		_, err := DecodeSpec([]byte(body))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

// Workloads of scenarios inherit defaults, and their secrets are masked.
func TestScenarioWorkloads(t *testing.T) {
	spec := decodeTestSpec(t, `{"secrets": {"TOKEN": "s3cr3t"},
		"defaults": {"http": {"base_url": "http://u:pass@h", "headers": {"X-Key": "s3cr3t"}}},
		"scenarios": [{"name": "a", "num_jobs": 1, "workload": {"kind": "http", "url": "/x"}}]}`)
	if got, want := spec.Scenarios[0].Workload.Parameters["url"], any("http://u:pass@h/x"); got != want {
		t.Errorf("the URL of a scenario is %v, want %v", got, want)
	}
	masked := spec.Mask()
	encoded, err := masked.Scenarios[0].Workload.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"s3cr3t", "pass"} {
		if strings.Contains(string(encoded), secret) {
			t.Errorf("%s is in the masked scenario: %s", secret, encoded)
		}
	}
	if err := masked.CheckUnmasked(); err == nil || !strings.Contains(err.Error(), "scenarios[0].workload") {
		t.Errorf("a masked scenario is accepted again: %v", err)
	}
}

// A run with scenarios fails if one of them does. Its counts are those of all, and
// its percentiles those of all jobs, not of percentiles.
func TestScenarioResult(t *testing.T) {
	spec := decodeTestSpec(t, `{"scenarios": [
		{"name": "fast", "num_jobs": 98, "thresholds": ["p99 < 10ms"]},
		{"name": "slow", "num_jobs": 2, "rate": 1, "start": "1s", "thresholds": ["p99 < 10ms"]}]}`)
	plan := NewPlan(spec, 1)
	start := time.Now()
	measured := func(jobs int, took, since, length time.Duration) Measurement {
		m := Measurement{
			Start: start.Add(since), Duration: length, Tally: NewTally(), Warmup: NewTally(), MaxInFlight: int64(jobs),
		}
		m.Tally.Planned, m.Tally.Started = int64(jobs), int64(jobs)
		for range jobs {
			m.Tally.End(OK, 0, 0, took)
		}
		return m
	}
	m := Measurement{Start: start, Duration: 4 * time.Second, Tally: NewTally(), Warmup: NewTally()}
	m.Scenarios = []Measurement{
		measured(98, time.Millisecond, 0, 2*time.Second), measured(2, time.Second, time.Second, 3*time.Second),
	}
	for _, one := range m.Scenarios {
		m.Tally.Merge(one.Tally)
	}
	r := NewResult(plan, m)
	if r.Verdict != VerdictFail {
		t.Errorf("a run with a failed scenario has the verdict %s", r.Verdict)
	}
	if got := []Verdict{r.Scenarios[0].Verdict, r.Scenarios[1].Verdict}; got[0] != VerdictPass || got[1] != VerdictFail {
		t.Errorf("the scenarios have the verdicts %v, want pass and fail", got)
	}
	if r.Counts.OK != 100 || r.NumJobs != 100 {
		t.Errorf("98 and 2 jobs are %d of %d", r.Counts.OK, r.NumJobs)
	}
	if r.Latency.P90 > 0.0011 || r.Latency.P99 < 0.9 {
		t.Errorf("p90 is %v and p99 is %v, want those of 98 jobs of 1ms and 2 of 1s", r.Latency.P90, r.Latency.P99)
	}
	if r.Scenarios[1].Start != 1 || r.Scenarios[1].Duration != 3 {
		t.Errorf("the second scenario started at %v and took %v", r.Scenarios[1].Start, r.Scenarios[1].Duration)
	}
	if r.Model != Mixed {
		t.Errorf("a closed scenario and an open one have the model %s", r.Model)
	}
	if got := [2]int64{r.InFlight.Max, r.InFlight.AtLeast}; got != [2]int64{100, 98} {
		t.Errorf("98 and 2 in flight are at most and at least %v", got)
	}
	codes := map[string]string{}
	for _, reason := range r.Validity.Reasons {
		codes[reason.Code] = reason.Message
	}
	if _, shared := codes[SharedHost]; shared {
		t.Error("scenarios together share the host, though none lacks a core")
	}
	if got := codes["few_samples"]; !strings.HasPrefix(got, "scenario fast: ") {
		t.Errorf("few_samples says %q, not which scenario", got)
	}
}

// Scenarios that run together, one of which is late, are said to share the machine.
// One after the other they are not.
func TestScenariosShareHost(t *testing.T) {
	plan := NewPlan(decodeTestSpec(t, `{"scenarios": [{"name": "a", "rate": 1, "num_jobs": 1},
		{"name": "b", "rate": 1, "num_jobs": 1}, {"name": "c", "rate": 1, "num_jobs": 1}]}`), 1)
	start := time.Now()
	one := func(since, length, delay time.Duration) Measurement {
		m := Measurement{Start: start.Add(since), Duration: length, MaxInFlight: 1}
		m.Tally, m.Warmup = NewTally(), NewTally()
		m.Tally.Planned, m.Tally.Started = 1, 1
		m.Tally.End(OK, 0, delay, delay)
		return m
	}
	for _, test := range []struct {
		second time.Duration // when it starts
		want   string
	}{
		{500 * time.Millisecond, "scenarios a and b ran together on this machine, " +
			"and so took cores and network from each other"},
		{time.Second, ""},
	} {
		m := Measurement{Start: start, Duration: 5 * time.Second, Tally: NewTally(), Warmup: NewTally()}
		m.Scenarios = []Measurement{
			one(0, time.Second, 0), one(test.second, time.Second, 300*time.Millisecond),
			one(3*time.Second, time.Second, 0),
		}
		got := ""
		for _, reason := range NewResult(plan, m).Validity.Reasons {
			if reason.Code == SharedHost {
				got = reason.Message
			}
		}
		if got != test.want {
			t.Errorf("b starts after %v: %q, want %q", test.second, got, test.want)
		}
	}
}

// The forecast of a run adds up what its scenarios would do, one after the other.
func TestScenarioForecast(t *testing.T) {
	f := NewPlan(decodeTestSpec(t, `{"scenarios": [{"name": "a", "rate": 10, "duration": "2s"},
		{"name": "b", "rate": 10, "duration": "3s"}, 
		{"name": "c", "rate": 1, "duration": "1s", "start": "1s"}]}`), 1).Forecast()
	if f.PlannedJobs == nil || *f.PlannedJobs != 51 {
		t.Errorf("20, 30 and 1 jobs are %v", f.PlannedJobs)
	}
	if f.Duration == nil || *f.Duration != 5 {
		t.Errorf("2s and then 3s are %v", f.Duration)
	}
	if f.Scenarios[1].Start != nil || *f.Scenarios[2].Start != 1 {
		t.Errorf("b starts at %v and c at %v, want after a and at 1", f.Scenarios[1].Start, *f.Scenarios[2].Start)
	}
}
