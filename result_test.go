package aurea

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files again")

// wantFile compares JSON with a file of testdata, indented for readable diffs.
func wantFile(t *testing.T, name string, got []byte) {
	t.Helper()
	var indented bytes.Buffer
	if err := json.Indent(&indented, got, "", "  "); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, indented.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), indented.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// everything returns a measurement that gives every field of a result a value: an
// open run of 8 jobs in 2 s after a second of warm-up.
func everything(t *testing.T) (Plan, Measurement) {
	t.Helper()
	spec := decodeSpec(t, `{
		"num_jobs": 10, "rate": 4, "arrival": "poisson", "concurrency": 3, "on_saturation": "drop", "warmup": "1s", "timeout": "500ms",
		"workload": {"kind": "sleep", "duration": "250ms", "jitter": 0.2}, "thresholds": ["p99 < 300ms", "error_rate < 1%"],
		"pricing": {"per_second": 0.5, "per_job": 0.25, "currency": "EUR"}, "seed": 7, "name": "all of it", "labels": {"team": "a"}}`)
	tally, warmup, log := NewTally(), NewTally(), NewJobLog(MaxJobs)
	put := func(i int64, into *Tally, outcome Outcome, intended, delay, service time.Duration) {
		into.Planned++
		into.Started++
		into.End(outcome, intended, intended+delay, intended+delay+service)
		log.Put(i, outcome, intended, intended+delay, intended+delay+service)
	}
	put(0, warmup, OK, 500*time.Millisecond, 0, 250*time.Millisecond)
	for i := range int64(6) {
		put(1+i, tally, OK, time.Second+time.Duration(i)*time.Millisecond, 512, 250*time.Millisecond)
	}
	put(7, tally, TimedOut, 1500*time.Millisecond, 512, 500*time.Millisecond)
	tally.Planned += 2
	tally.Dropped, tally.Cancelled = 1, 1
	return NewPlan(spec, 1), Measurement{
		Start:       time.Date(2026, 11, 23, 9, 30, 0, 123456789, time.UTC),
		Duration:    3 * time.Second,
		Tally:       tally,
		Warmup:      warmup,
		MaxInFlight: 3,
		LastStart:   2500 * time.Millisecond,
		Series: []Point{{T: 1, Started: 1, OK: 1, Throughput: 1, P50: 0.25, P90: 0.25, P99: 0.25},
			{T: 3, Started: 7, OK: 6, Failed: 1, Throughput: 3}},
		Jobs:   log,
		Health: Health{CPU: 0.9, Steal: 0.5, Throttled: 0.25, GCPauseMax: 0.5, SchedulerLatency: 0.125},
		Environment: Environment{CPU: "a processor", Cores: 2, MemoryBytes: 1 << 30, OS: "linux", Kernel: "6.1",
			Go: "go1.26", Flags: "GOGC=50", Version: "1.2.3", Cgroup: Cgroup{1.5, 1 << 20}}.WithDigest(),
	}
}

func decodeSpec(t *testing.T, document string) Spec {
	t.Helper()
	spec, err := DecodeSpec([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// Programs depend on the JSON of a result and of a run.
func TestGoldenResult(t *testing.T) {
	plan, m := everything(t)
	result := NewResult(plan, m)
	result.ID = "benchmark-1"
	var written bytes.Buffer
	if err := result.WriteJSON(&written, m.Jobs); err != nil {
		t.Fatal(err)
	}
	wantFile(t, "result.json", written.Bytes())
}

func TestGoldenRun(t *testing.T) {
	plan, _ := everything(t)
	at := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	run := Run{
		ID: "benchmark-1", Name: "all of it", Labels: map[string]string{"team": "a"}, Note: "a note",
		Status: StatusRunning, CreatedAt: at, StartedAt: &at, Spec: plan.Spec,
		Progress: &RunProgress{Elapsed: 3, Remaining: 7, Started: 9, OK: 5, Failed: 1, InFlight: 3, Throughput: 2,
			P50: 0.25, P90: 0.4, P99: 0.5},
	}
	written, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	wantFile(t, "run.json", written)
}

// A result is derived from the judged part alone.
func TestResultLeavesWarmupOut(t *testing.T) {
	r := NewResult(everything(t))
	type numbers struct {
		Duration, Throughput    float64
		Jobs, Completed, Failed int64
	}
	got := numbers{r.Duration, r.Throughput, r.NumJobs, r.CompletedJobs, r.FailedJobs}
	if diff := cmp.Diff(numbers{2, 3, 9, 6, 1}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	service := 6*0.25 + 0.5
	if want := service*0.5 + 7*0.25; r.TotalCost != want || r.Cost.PerJob != want/7 {
		t.Errorf("cost %+v, want %v in all", r.Cost, want)
	}
	if r.InFlight.Mean != service/2 {
		t.Errorf("%v in flight, want %v", r.InFlight.Mean, service/2)
	}
	if want := (Counts{Planned: 1, OK: 1}); r.Warmup.Counts != want {
		t.Errorf("the warm-up counts %+v, want %+v", r.Warmup.Counts, want)
	}
	if r.Warmup.Latency.Max != 0.25 || r.Warmup.Duration != 1 {
		t.Errorf("the warm-up takes %v s, with at most %v s a job", r.Warmup.Duration, r.Warmup.Latency.Max)
	}
	if err := r.Counts.Check(); err != nil {
		t.Error(err)
	}
}

// The target rate is that of the schedule. The achieved rate is that of the
// started jobs, up to the start of the last one.
func TestRate(t *testing.T) {
	tests := []struct {
		what, spec       string
		planned, started int64
		lastStart        time.Duration
		stopped          bool
		target, achieved float64
	}{
		{"all in time", `{"rate": 100, "duration": "10s"}`, 1000, 1000, 9990 * time.Millisecond, false, 100, 100},
		{"half dropped", `{"rate": 100, "duration": "10s"}`, 1000, 500, 9990 * time.Millisecond, false, 100, 50},
		{"late by as long again", `{"rate": 100, "duration": "10s"}`, 1000, 1000, 20 * time.Second, false, 100, 50},
		{"by number", `{"rate": 100, "num_jobs": 1000}`, 1000, 1000, 9990 * time.Millisecond, false, 100, 100},
		{"stopped after 4 s", `{"rate": 100, "duration": "10s"}`, 400, 400, 3990 * time.Millisecond, true, 100, 100},
		{"fewer jobs than time", `{"rate": 100, "num_jobs": 50, "duration": "10s"}`, 50, 50, 490 * time.Millisecond,
			false, 100, 100},
		{"stopped when all had come", `{"rate": 100, "num_jobs": 50, "duration": "10s"}`, 50, 50,
			490 * time.Millisecond, true, 100, 100},
		{"by number, stopped after 4 s", `{"rate": 100, "num_jobs": 1000}`, 1000, 200, 3990 * time.Millisecond, true,
			100, 50},
		{"fewer jobs than stages", `{"stages": [{"duration": "16s", "rate": 128}], "num_jobs": 100}`, 100, 100,
			4970 * time.Millisecond, false, 20, 20},
		{"a ramp", `{"stages": [{"duration": "10s", "rate": 100}]}`, 500, 500, 9990 * time.Millisecond, false, 50, 50},
	}
	for _, test := range tests {
		tally := NewTally()
		tally.Planned, tally.Started = test.planned, test.started
		r := NewResult(NewPlan(decodeSpec(t, test.spec), 1), Measurement{
			Duration: 4 * time.Second, Stopped: test.stopped, Tally: tally, LastStart: test.lastStart,
		})
		if want := (Rate{test.target, test.achieved}); r.Model != Open || *r.Rate != want {
			t.Errorf("%s: %+v, want %+v", test.what, *r.Rate, want)
		}
	}
}

// A result without jobs has no NaN, which JSON cannot encode.
func TestResultOfNothing(t *testing.T) {
	for _, spec := range []string{`{"num_jobs": 5}`, `{"num_jobs": 5, "rate": 1}`,
		`{"duration": "1s", "concurrency": 1, "warmup": "500ms"}`} {
		r := NewResult(NewPlan(decodeSpec(t, spec), 1),
			Measurement{Tally: NewTally(), Warmup: NewTally(), Stopped: true})
		var written bytes.Buffer
		if err := r.WriteJSON(&written, nil); err != nil || !json.Valid(written.Bytes()) {
			t.Errorf("%s: %v, %s", spec, err, written.Bytes())
		}
		if r.Throughput != 0 || r.Cost.PerJob != 0 {
			t.Errorf("%s: %v jobs/s, %v a job, want 0", spec, r.Throughput, r.Cost.PerJob)
		}
		if r.Validity.State != Invalid {
			t.Errorf("%s: the result is %s, want invalid", spec, r.Validity.State)
		}
	}
}

// Environments that differ in any field have different digests.
func TestEnvironmentDigest(t *testing.T) {
	a := Environment{CPU: "a", Cores: 2}.WithDigest()
	if again := a.WithDigest(); again != a || len(a.Digest) != 16 {
		t.Errorf("with a digest again it is %+v, was %+v", again, a)
	}
	for _, other := range []Environment{{CPU: "b", Cores: 2}, {CPU: "a", Cores: 3},
		{CPU: "a", Cores: 2, Cgroup: Cgroup{MemoryLimit: 1}}, {CPU: "a", Cores: 2, Governor: "powersave"}} {
		if other.WithDigest().Digest == a.Digest {
			t.Errorf("%+v has the digest of %+v", other, a)
		}
	}
}

// Timeouts without a class get the class timeout. The classes together have as
// many jobs as failed or timed out.
func TestErrorClasses(t *testing.T) {
	const late = "the job took longer than 2s"
	for _, test := range []struct {
		failed, timeouts int64
		failures, want   []ErrorClass
	}{
		{0, 0, nil, []ErrorClass{}},
		{3, 0, []ErrorClass{{"status", 3, "500"}}, []ErrorClass{{"status", 3, "500"}}},
		{0, 5, nil, []ErrorClass{{"timeout", 5, late}}},
		{3, 5, []ErrorClass{{"status", 3, "500"}}, []ErrorClass{{"status", 3, "500"}, {"timeout", 5, late}}},
		{0, 5, []ErrorClass{{"timeout", 2, "connecting"}}, []ErrorClass{{"timeout", 5, "connecting"}}},
		{0, 5, []ErrorClass{{"injected", 5, "wanted"}}, []ErrorClass{{"injected", 5, "wanted"}}},
		{1, 5, []ErrorClass{{"injected", 4, "wanted"}}, []ErrorClass{{"injected", 4, "wanted"}, {"timeout", 2, late}}},
		{0, 5, []ErrorClass{{"timeout", 1, "connecting"}, {"injected", 2, "wanted"}},
			[]ErrorClass{{"timeout", 3, "connecting"}, {"injected", 2, "wanted"}}},
	} {
		tally := NewTally()
		tally.Failed, tally.Timeout = test.failed, test.timeouts
		got := errorClasses(Plan{Spec: Spec{Timeout: Duration(2 * time.Second)}},
			Measurement{Tally: tally, Failures: test.failures})
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%d failed, %d timeouts, classes %v (-want +got):\n%s",
				test.failed, test.timeouts, test.failures, diff)
		}
	}
}
