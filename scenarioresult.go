package aurea

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A ScenarioResult is the outcome of one scenario: what the result of a run of it
// alone would be, in the same units. Start is on the run's clock; all else is on the
// scenario's own.
type ScenarioResult struct {
	Name          string               `json:"name"`
	Workload      string               `json:"workload"` // the kind of job
	Status        Status               `json:"status"`   // cancelled if the run was stopped before its end
	Start         float64              `json:"start"`    // seconds from the run's start
	Seed          uint64               `json:"seed"`
	Model         Model                `json:"model"`
	Counts        Counts               `json:"counts"`
	Throughput    float64              `json:"throughput"`
	Duration      float64              `json:"duration"`
	TotalCost     float64              `json:"total_cost"`
	Latency       Summary              `json:"latency"`
	ServiceTime   Summary              `json:"service_time"`
	Delay         Summary              `json:"delay"`
	FailedLatency Summary              `json:"failed_latency"`
	InFlight      InFlight             `json:"in_flight"`
	Rate          *Rate                `json:"rate,omitempty"`
	Warmup        *Warmup              `json:"warmup,omitempty"`
	Validity      Validity             `json:"validity"`
	Verdict       Verdict              `json:"verdict"`
	Thresholds    []ThresholdCheck     `json:"thresholds"`
	Errors        []ErrorClass         `json:"errors"`
	Phases        param.Named[Summary] `json:"phases,omitempty"`
	Counters      param.Named[Amount]  `json:"counters,omitempty"`
	Statuses      param.Named[int64]   `json:"statuses,omitempty"`
	Parts         []PartResult         `json:"parts,omitempty"`
}

// addScenarios adds the results of the scenarios, and what follows from them: the
// model, the errors and the jobs in flight.
func (r *Result) addScenarios(plan Plan, m Measurement) {
	if len(m.Scenarios) == 0 {
		return
	}
	var failures [][]ErrorClass
	var effective float64
	for i, measured := range m.Scenarios {
		scenario := plan.Scenarios[i]
		measured.Interrupted = m.Interrupted
		if a := m.Aborted; a != nil && a.Scenario == scenario.Spec.Name {
			own := *a
			own.Scenario = ""
			measured.Aborted = &own
		}
		single := NewResult(scenario, measured)
		r.Scenarios = append(r.Scenarios, single.asScenario(scenario, measured.Start.Sub(m.Start)))
		for _, warning := range single.Warnings {
			r.Warnings = append(slices.Clip(r.Warnings), "scenario "+single.Name+": "+warning)
		}
		failures = append(failures, single.Errors)
		effective += single.InFlight.Effective * single.Duration
		if i == 0 {
			r.Model = single.Model
		}
		if r.Model != single.Model {
			r.Model = Mixed
		}
	}
	r.Errors = append([]ErrorClass{}, MergeErrors(failures...)...)
	r.InFlight.Effective = ratio(effective, r.Duration)
	r.InFlight.Max, r.InFlight.AtLeast = mostTogether(m), 0
	if seen := mostSeen(m); seen < r.InFlight.Max {
		r.InFlight.AtLeast = seen
	}
}

// asScenario returns the part of a scenario's own result that the run's has.
func (r *Result) asScenario(plan Plan, start time.Duration) ScenarioResult {
	return ScenarioResult{
		Name: r.Name, Workload: plan.Workload.Kind, Status: r.Status, Start: start.Seconds(), Seed: r.Seed,
		Model: r.Model, Counts: r.Counts, Throughput: r.Throughput, Duration: r.Duration, TotalCost: r.TotalCost,
		Latency: r.Latency, ServiceTime: r.ServiceTime, Delay: r.Delay, FailedLatency: r.FailedLatency,
		InFlight: r.InFlight, Rate: r.Rate, Warmup: r.Warmup, Validity: r.Validity, Verdict: r.Verdict,
		Thresholds: r.Thresholds, Errors: r.Errors, Phases: r.Phases, Counters: r.Counters, Statuses: r.Statuses,
		Parts: r.Parts,
	}
}

// judgedFrom returns when the judged part of a run begins: at the end of the first
// warm-up of its scenarios, or of its own.
func (m Measurement) judgedFrom(plan Plan) time.Duration {
	if len(m.Scenarios) == 0 {
		_, paused := m.LivePlan.Pauses(m.Duration)
		return time.Duration(plan.Spec.Warmup) + paused
	}
	from := m.Duration
	for i, measured := range m.Scenarios {
		from = min(from, measured.Start.Sub(m.Start)+measured.judgedFrom(plan.Scenarios[i]))
	}
	return from
}

// window returns when a scenario began and ended, on the run's clock.
func (m Measurement) window(i int) (start, end time.Duration) {
	start = m.Scenarios[i].Start.Sub(m.Start)
	return start, start + m.Scenarios[i].Duration
}

// overlap reports whether two scenarios were under way at the same time.
func (m Measurement) overlap(i, j int) bool {
	start, end := m.window(i)
	otherStart, otherEnd := m.window(j)
	return start < otherEnd && otherStart < end
}

// mostTogether returns an upper bound of the jobs in flight at one moment: the
// highest sum of the maxima of scenarios that were under way together.
func mostTogether(m Measurement) (most int64) {
	for i := range m.Scenarios {
		start, _ := m.window(i) // the sum rises only where one starts
		var sum int64
		for j := range m.Scenarios {
			if from, until := m.window(j); i == j || from <= start && start < until {
				sum += m.Scenarios[j].MaxInFlight
			}
		}
		most = max(most, sum)
	}
	return most
}

// mostSeen returns a lower bound of the most jobs in flight at one moment.
func mostSeen(m Measurement) (most int64) {
	for _, scenario := range m.Scenarios {
		most = max(most, scenario.MaxInFlight)
	}
	for _, point := range m.Series {
		most = max(most, point.InFlight)
	}
	return most
}

// contended lists codes of reasons that scenarios may have because of each other.
var contended = []string{"delay", "few_cores", "generator_cpu", "cpu_throttled", "scheduler_latency"}

// computes reports whether jobs of the kind take cores or a disk of this machine.
func computes(kind string) bool {
	return slices.Contains([]string{"cpu", "memory", "disk", "exec"}, kind)
}

// shareHost returns the names of scenarios that were under way together, and of
// which one took cores from the others or lacked some.
func (r *Result) shareHost(m Measurement) (names []string) {
	contends := false
	for i, scenario := range r.Scenarios {
		others := func(j int) bool { return i != j && m.overlap(i, j) }
		if !slices.ContainsFunc(indices(len(r.Scenarios)), others) {
			continue
		}
		names = append(names, scenario.Name)
		contends = contends || computes(scenario.Workload) ||
			slices.ContainsFunc(scenario.Validity.Reasons, func(reason Reason) bool {
				return slices.Contains(contended, reason.Code)
			})
	}
	if !contends {
		return nil
	}
	return names
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// ofWhole lists the codes of the checks of a run with scenarios that are about the
// run as a whole. All others are about each scenario.
var ofWhole = []string{"stopped", "aborted", "few_samples"}

// scenarioValidity returns the validity of a run with scenarios: what is wrong
// with the whole, and with any of them. sharing are those that took resources from
// each other.
func (r *Result) scenarioValidity(sharing []string) Validity {
	validity := Validity{State: Valid, Reasons: []Reason{}}
	for _, c := range validityChecks {
		if value, limit, found := c.check(r); found && slices.Contains(ofWhole, c.code) {
			validity.add(Reason{
				Code: c.code, Message: c.format(value, limit), State: c.state, Value: value, Limit: limit,
			})
		}
		if c.code == SharedHost && len(sharing) > 0 {
			validity.add(Reason{Code: c.code, State: c.state, Message: "scenarios " + listNames(sharing) +
				" ran together on this machine, and so took cores and network from each other"})
		}
		validity.addOfScenarios(r.Scenarios, c)
	}
	return validity
}

// addOfScenarios adds the reasons that scenarios have for a check, as one.
func (v *Validity) addOfScenarios(scenarios []ScenarioResult, c validityCheck) {
	var reason Reason
	var messages []string
	for _, scenario := range scenarios {
		for _, own := range scenario.Validity.Reasons {
			if own.Code != c.code || own.State != c.state || own.Code == "stopped" || own.Code == "aborted" {
				continue
			}
			if len(messages) == 0 {
				reason = own
			}
			messages = append(messages, "scenario "+scenario.Name+": "+own.Message)
		}
	}
	if len(messages) == 0 {
		return
	}
	const most = 3
	if more := len(messages) - most; more > 0 {
		messages = append(messages[:most], fmt.Sprintf("and so in %d more", more))
	}
	reason.Message = strings.Join(messages, "; ")
	v.add(reason)
}

// listNames lists names, the first few of many.
func listNames(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
