package aurea

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// healthy returns a valid result: 1,000 jobs of 100 ms, 10 at a time.
func healthy(t *testing.T, thresholds ...string) judged {
	t.Helper()
	spec := Spec{NumJobs: 1000, Concurrency: 10}
	for _, expression := range thresholds {
		threshold, err := ParseThreshold(expression)
		if err != nil {
			t.Fatal(err)
		}
		spec.Thresholds = append(spec.Thresholds, threshold)
	}
	tally := NewTally()
	tally.Planned, tally.Started = 1000, 1000
	for range 1000 {
		tally.End(OK, 0, 0, 100*time.Millisecond)
	}
	return derive(NewPlan(spec, 1), Measurement{Duration: 10 * time.Second, Tally: tally, MaxInFlight: 10})
}

// computing makes a result one of computing jobs, 10 at a time on 10 cores, of
// which so many had a core.
func computing(r *Result, effective float64) {
	r.Spec.Workload, r.Environment.Cores = &Workload{Kind: "cpu"}, 10
	r.InFlight.Mean, r.InFlight.Effective = 10, effective
}

// openModel makes a result one of the open model without a concurrency.
func openModel(r *Result) { r.Model, r.Spec.Concurrency = Open, 0 }

// A validityTest has a result at the limit of a check, and one above it with the
// reason that the check gives.
type validityTest struct {
	code         string
	state        ValidityState
	at, over     func(r *Result) // at the limit the result is valid, above it it is not
	value, limit float64
}

var validityTests = []validityTest{
	{"no_samples", Invalid, func(*Result) {}, func(r *Result) { r.Counts = Counts{Planned: 1000, Dropped: 1000} },
		0, 0},
	{"none_ok", Invalid, func(r *Result) { r.Counts = Counts{Planned: 1000, OK: 1, Failed: 999} },
		func(r *Result) { r.Counts = Counts{Planned: 1000, Failed: 600, Timeout: 400} }, 1000, 0},
	{"stopped", Invalid, func(*Result) {}, func(r *Result) { r.Status = StatusCancelled }, 0, 0},
	{"stopped", Invalid, func(*Result) {}, func(r *Result) { r.Status = StatusInterrupted }, 0, 0},
	{"paused", Degraded, func(r *Result) { r.Timeline = []RunEvent{} },
		func(r *Result) {
			r.Timeline, r.Paused, r.Warmup = []RunEvent{{Kind: Pause}, {Kind: Resume}}, 1.5, &Warmup{Paused: 0.5}
		}, 2, 0},
	{"load_changed", Degraded, func(r *Result) { r.Timeline = []RunEvent{} },
		func(r *Result) {
			r.Timeline = []RunEvent{{Kind: ChangeLoad, Concurrency: 50}, {Kind: ChangeLoad, Concurrency: 5}}
		}, 2, 0},
	{"generator_limit", Invalid,
		func(r *Result) { r.Errors = []ErrorClass{{"generator_limit", 0, ""}, {"connect", 5, ""}} },
		func(r *Result) { r.Errors = []ErrorClass{{"connect", 5, ""}, {"generator_limit", 3, ""}} }, 3, 0},
	{"injected", Degraded,
		func(r *Result) { r.Spec.Workload = decodeWorkload(`{"kind": "sleep", "failure": {"rate": 0}}`) },
		func(r *Result) { r.Spec.Workload = decodeWorkload(`{"kind": "sleep", "failure": {}}`) }, 0, 0},
	{"injected", Degraded,
		func(r *Result) { r.Spec.Workload = decodeWorkload(`{"kind": "steps", "steps": [{"kind": "noop"}]}`) },
		func(r *Result) {
			r.Spec.Workload = decodeWorkload(`{"kind": "mix", "parts": [
				{"workload": {"kind": "steps", "steps": [{"kind": "noop", "failure": {"rate": 0.1}}]}}
			]}`)
		}, 0, 0},
	{"delay", Degraded, func(r *Result) { r.Health.Lateness = 0.005 },
		func(r *Result) { r.Health.Lateness = 0.006 }, 0.006, 0.005},
	{"delay", Degraded, func(r *Result) { r.ServiceTime.Mean, r.Health.Lateness = 0, 0.001 },
		func(r *Result) { r.ServiceTime.Mean, r.Health.Lateness = 0, 0.002 }, 0.002, 0.001},
	{"delay", Degraded, // the target causes a delay without lateness, and full slots excuse no lateness
		func(r *Result) { r.Model, r.Delay.P99 = Open, 1 },
		func(r *Result) { r.Model, r.Delay.P99, r.Health.Lateness = Open, 1, 0.5 }, 0.5, 0.005},
	{"not_all_in_flight", Degraded, func(r *Result) { r.InFlight.Max = 10 }, func(r *Result) { r.InFlight.Max = 9 },
		9, 10},
	{"not_all_in_flight", Degraded, func(r *Result) { r.Spec.Concurrency, r.InFlight.Max = 0, 1000 },
		func(r *Result) { r.Spec.Concurrency, r.InFlight.Max = 0, 999 }, 999, 1000},
	{"not_all_in_flight", Degraded, func(r *Result) { r.Spec.Concurrency, r.InFlight.Max = 2000, 1000 },
		func(r *Result) { r.Spec.Concurrency, r.InFlight.Max = 2000, 5 }, 5, 1000},
	{"not_all_in_flight", Degraded, func(r *Result) { openModel(r); r.InFlight.Max = 1 },
		func(r *Result) { r.InFlight.Max = 1 }, 1, 10},
	{"few_cores", Degraded,
		func(r *Result) { r.Spec.Workload, r.Environment.Cores = &Workload{Kind: "cpu"}, 10 },
		func(r *Result) { r.Spec.Workload, r.Environment.Cores = &Workload{Kind: "cpu"}, 9 }, 10, 9},
	{"core_wait", Degraded, func(r *Result) { computing(r, 8) }, func(r *Result) { computing(r, 7.5) }, 0.75, 0.8},
	{"core_wait", Degraded, // jobs that also hold their memory need no core for it
		func(r *Result) { computing(r, 1); r.Spec.Workload = &Workload{Kind: "memory"} },
		func(r *Result) { computing(r, 1) }, 0.1, 0.8},
	{"core_wait", Degraded, // what a hypervisor took has its own reason
		func(r *Result) { computing(r, 8); r.Health.Steal = 0.02 },
		func(r *Result) { computing(r, 7.5); r.Health.Steal = 0.02 }, 0.75, 0.8},
	{"aborted", Invalid, func(*Result) {}, func(r *Result) { r.Aborted, r.Counts.Cancelled = &Abort{T: 5}, 3 }, 5, 0},
	{"backlog", Degraded, func(r *Result) { r.Model = Open },
		func(r *Result) { r.Model, r.Counts.Cancelled = Open, 3 }, 3, 0},
	{"not_started", Degraded, openModel, func(r *Result) { openModel(r); r.Counts.Cancelled = 3 }, 3, 0},
	{"not_started", Degraded, // with a slot free, the target is not the reason
		func(r *Result) { r.Model, r.InFlight.Max = Open, 9 },
		func(r *Result) { r.Model, r.InFlight.Max, r.Counts.Cancelled = Open, 9, 3 }, 3, 0},
	{"generator_cpu", Degraded, func(r *Result) { r.Health.CPU = 0.8 }, func(r *Result) { r.Health.CPU = 0.81 },
		0.81, 0.8},
	{"generator_cpu", Degraded, // closed noop runs measure the generator's limit
		func(r *Result) { r.Health.CPU = 1; r.Spec.Workload = &Workload{Kind: "noop"} },
		func(r *Result) { openModel(r); r.Health.CPU = 1; r.Spec.Workload = &Workload{Kind: "noop"} }, 1, 0.8},
	{"scheduler_latency", Degraded,
		func(r *Result) { r.Health.SchedulerLatency = 1; r.Spec.Workload = &Workload{Kind: "noop"} },
		func(r *Result) {
			openModel(r)
			r.Health.SchedulerLatency = 1
			r.Spec.Workload = &Workload{Kind: "noop"}
		}, 1,
		0.01},
	{"cpu_throttled", Degraded, func(*Result) {}, func(r *Result) { r.Health.Throttled = 0.5 }, 0.5, 0},
	{"cpu_steal", Degraded, func(r *Result) { r.Health.Steal = 0.02 }, func(r *Result) { r.Health.Steal = 0.03 },
		0.03, 0.02},
	{"gc_pause", Degraded, func(r *Result) { r.Health.GCPauseMax = 0.01 },
		func(r *Result) { r.Health.GCPauseMax = 0.02 }, 0.02, 0.01},
	{"scheduler_latency", Degraded, func(r *Result) { r.Health.SchedulerLatency = 0.01 },
		func(r *Result) { r.Health.SchedulerLatency = 0.02 }, 0.02, 0.01},
	{"too_short", Degraded, func(r *Result) { r.Duration = 0.01 }, func(r *Result) { r.Duration = 0.009 }, 0.009,
		0.01},
}

// wronglyFormatted matches what fmt writes for a verb without its value.
var wronglyFormatted = regexp.MustCompile(`%!|EXTRA`)

// Each check finds nothing at its limit. Above it, it gives the only reason, with
// its code, message, value and limit.
func TestValidityChecks(t *testing.T) {
	tests := slices.Concat(validityTests, workerValidityTests)
	for _, test := range tests {
		fine := healthy(t).Result
		test.at(fine)
		if got := fine.checkValidity(); got.State != Valid || len(got.Reasons) != 0 {
			t.Errorf("%s at its limit: %+v", test.code, got)
		}
		r := healthy(t).Result
		test.over(r)
		got := r.checkValidity()
		if len(got.Reasons) != 1 {
			t.Errorf("%s: %+v, want one reason", test.code, got)
			continue
		}
		reason := got.Reasons[0]
		if reason.Code != test.code {
			t.Errorf("%s: the reason is %s", test.code, reason.Code)
		}
		if reason.State != test.state || got.State != test.state {
			t.Errorf("%s: %s by a reason for %s, want %s", test.code, got.State, reason.State, test.state)
		}
		if reason.Value != test.value || math.Abs(reason.Limit-test.limit) > 1e-12 {
			t.Errorf("%s: value %v, limit %v; want %v and %v",
				test.code, reason.Value, reason.Limit, test.value, test.limit)
		}
		if reason.Message == "" {
			t.Errorf("%s has no message", test.code)
		}
		if strings.Contains(reason.Message, "{") {
			t.Errorf("%s has the message %q, which names nothing", test.code, reason.Message)
		}
		if wronglyFormatted.MatchString(reason.Message) {
			t.Errorf("%s has the message %q", test.code, reason.Message)
		}
	}
	// These two have tests of their own.
	seen := map[string]bool{"few_samplesdegraded": true, "worker_lostinvalid": true}
	for _, test := range tests {
		seen[test.code+string(test.state)] = true
	}
	for _, c := range validityChecks {
		if !seen[c.code+string(c.state)] {
			t.Errorf("%s is not tested", c.code)
		}
	}
}

// decodeWorkload decodes a workload from JSON.
func decodeWorkload(text string) *Workload {
	w := new(Workload)
	if err := w.UnmarshalJSON([]byte(text)); err != nil {
		panic(err)
	}
	return w
}

// A threshold about a percentile needs a sample above it.
func TestFewSamples(t *testing.T) {
	for expression, want := range map[string]bool{
		"p99 < 1s": false, "p999 < 1s": false, "p99.9 < 1s": false, "p99.99 < 1s": true, "p100 < 1s": false,
		"max < 1s": false, "throughput > 1": false,
	} {
		got := healthy(t, expression).Validity
		if want != slices.ContainsFunc(got.Reasons, func(r Reason) bool { return r.Code == "few_samples" }) {
			t.Errorf("%s of 1,000 samples: %+v", expression, got)
		}
	}
}

// A changed load is checked against the load that was set, not against the spec.
func TestValidityOfAChangedLoad(t *testing.T) {
	r := healthy(t).Result
	r.Timeline, r.InFlight.Max = []RunEvent{{Kind: ChangeLoad, Concurrency: 4}}, 4
	if got := reasonCodes(r); !slices.Equal(got, []string{"load_changed"}) {
		t.Errorf("with fewer jobs in flight after a lower concurrency was set: %v", got)
	}
	r.Model, r.Spec.Concurrency, r.Counts.Cancelled = Open, 0, 1
	if got := reasonCodes(r); !slices.Equal(got, []string{"load_changed", "backlog"}) {
		t.Errorf("a job is left with the new concurrency reached: %v", got)
	}
	r.Spec.Concurrency = 10
	if got := reasonCodes(r); !slices.Equal(got, []string{"load_changed", "backlog"}) {
		t.Errorf("a job is left with the lower of two concurrencies reached: %v", got)
	}
	r.InFlight.Max = 3
	if got := reasonCodes(r); !slices.Equal(got, []string{"load_changed", "not_started"}) {
		t.Errorf("a job is left with slots free: %v", got)
	}
}

// The lateness of a result is that of its measurement, where it has one, and else
// the delay. That of a run with scenarios is of all of them.
func TestLateness(t *testing.T) {
	waited := NewTally()
	waited.End(OK, 0, 2*time.Second, 3*time.Second)
	prompt := hist.New()
	prompt.RecordN(time.Millisecond, 99)
	closed, open := Measurement{Tally: waited}, Measurement{Tally: waited, Lateness: prompt}
	for _, c := range []struct {
		plan     Plan
		measured Measurement
		want     float64
	}{
		{NewPlan(Spec{NumJobs: 1}, 1), closed, 2},
		{NewPlan(Spec{NumJobs: 1, Rate: 1}, 1), open, 0.001},
		{Plan{Scenarios: make([]Plan, 2)}, Measurement{Tally: waited, Scenarios: []Measurement{open, closed}}, 0.001},
		{Plan{Scenarios: make([]Plan, 2)}, Measurement{Tally: waited, Scenarios: []Measurement{closed, closed}}, 2},
	} {
		if got := NewResult(c.plan, c.measured).Health.Lateness; got < c.want || got > 1.001*c.want {
			t.Errorf("lateness %v, want %v or up to 0.1 %% more", got, c.want)
		}
	}
}

// A run that was stopped before its first job has no doubt about its load.
func TestValidityWithoutAStart(t *testing.T) {
	r := healthy(t).Result
	r.Status, r.Counts, r.InFlight = StatusCancelled, Counts{Planned: 1000, Cancelled: 1000}, InFlight{}
	if got := reasonCodes(r); !slices.Equal(got, []string{"no_samples", "stopped"}) {
		t.Errorf("the reasons are %v", got)
	}
}

// The state is the worst one of the reasons.
func TestStateIsTheWorstReasons(t *testing.T) {
	r := healthy(t).Result
	r.Health.CPU, r.Status, r.Duration = 1, StatusCancelled, 0.001
	if got := r.checkValidity(); got.State != Invalid || len(got.Reasons) != 3 {
		t.Errorf("%+v", got)
	}
}

// A message about one thing has it in the singular.
func TestMessagesAboutOne(t *testing.T) {
	plural := regexp.MustCompile(`\b1 (?:jobs|samples|cores)\b`)
	for _, c := range validityChecks {
		if message := c.format(1, 2); plural.MatchString(message) {
			t.Errorf("%s: %q", c.code, message)
		}
	}
	isBacklog := func(c validityCheck) bool { return c.code == "backlog" }
	backlog := validityChecks[slices.IndexFunc(validityChecks, isBacklog)]
	const of = "%s still waited for room when the time was over; that latency is not in the numbers"
	for n, want := range map[float64]string{1: "1 job", 2: "2 jobs"} {
		if got := backlog.format(n, 0); got != fmt.Sprintf(of, want) {
			t.Errorf("of %v: %q, want %q", n, got, fmt.Sprintf(of, want))
		}
	}
}

// Times in messages have three digits and a unit.
func TestCheckedValue(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0s", 21.1e-6: "21.1µs", 0.001: "1ms", 0.142213: "142ms", 0.9996: "1s", 12.345: "12.3s", 75.34: "1m15.3s",
	} {
		if got := checkedValue(seconds).String(); got != want {
			t.Errorf("%v s is written as %q, want %q", seconds, got, want)
		}
	}
}
