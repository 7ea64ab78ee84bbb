package aurea

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Scenario is one of several named loads of a spec: its own fields, of those in
// ScenarioFields, and when it starts. Its name is that of its Spec.
type Scenario struct {
	Spec
	// Start is when the scenario starts, since the run's start. It is nil for a
	// scenario that starts when the one before it has ended.
	Start *Duration `json:"start,omitempty"`
}

// ScenariosKind stands for the kind of workload of a spec with scenarios, where
// runs are listed and counted by kind.
const ScenariosKind = "scenarios"

const (
	maxScenarios    = 20
	maxScenarioName = 40
)

// scenarioName is what a scenario may be called.
var scenarioName = lazyregexp.New(`^[a-zA-Z0-9_.-]{1,40}$`)

// scenarioFields are the fields of a spec that each scenario has for itself, and
// that a spec with scenarios has not.
var scenarioFields = []string{
	"num_jobs", "job_duration_ms", "workload", "concurrency", "rate", "arrival", "on_saturation", "duration", "stages",
	"warmup", "timeout", "users", "data", "replay",
}

// ScenarioFields returns the fields that scenarios have in place of their spec.
func ScenarioFields() []string { return slices.Clone(scenarioFields) }

var startParameter = param.Parameter{
	Name: "start", Type: param.Duration, Max: MaxRunDuration.Seconds(),
	Doc: "when it starts, since the run's start, beside the others; without it, after the one before it",
}

// scenarioMembers declares the fields of a scenario.
var scenarioMembers = func() []param.Parameter {
	members := []param.Parameter{
		{Name: "name", Type: param.Text, Max: maxScenarioName, Required: true, Doc: "of the scenario, in results"},
		startParameter,
	}
	for _, f := range singleFields {
		if slices.Contains(scenarioFields, f.Name) || f.Name == "thresholds" {
			members = append(members, f.Parameter)
		}
	}
	return members
}()

var scenariosParameter = param.Parameter{
	Name: "scenarios", Type: param.List, Min: 1, Max: maxScenarios, ListOnly: true,
	Items: &param.Parameter{Type: param.Object, Members: scenarioMembers,
		Doc: "a load with a name, its workload and its thresholds"},
	Doc: "several loads with names, in place of one: one after the other, or together",
}

func readScenarios(s *Spec, p param.Parameter, value any, found *param.Problems) {
	list, ok := value.([]any)
	if !ok || len(list) == 0 || len(list) > maxScenarios {
		found.Add(p.Name, "must be a list of 1 to %d scenarios; got %s", maxScenarios, param.Describe(value))
		return
	}
	for i, entry := range list {
		s.Scenarios = append(s.Scenarios, readScenario(entry, scenarioAt(i), found))
	}
}

// scenarioAt returns the location of a scenario.
func scenarioAt(i int) string { return fmt.Sprintf("scenarios[%d]", i) }

// readScenario reads a scenario that it finds at a location.
func readScenario(value any, at string, found *param.Problems) (scenario Scenario) {
	object, ok := value.(map[string]any)
	if !ok {
		found.Add(at, "must be an object with a name and a load; got %s", param.Describe(value))
		return scenario
	}
	names := make([]string, len(scenarioMembers))
	for i, p := range scenarioMembers {
		names[i] = p.Name
	}
	param.RejectUnknown(object, at, names, found)
	name, isText := object["name"].(string)
	switch {
	case object["name"] == nil:
		found.Add(param.Join(at, "name"), "is needed: what the scenario is called in results")
	case !isText || !scenarioName().MatchString(name):
		found.Add(param.Join(at, "name"), "must be up to %d of a-z A-Z 0-9 _ . -; got %s",
			maxScenarioName, param.Describe(object["name"]))
	}
	scenario.Name = name
	if start, given := object[startParameter.Name]; given {
		if parsed, err := startParameter.Parse(start); err != nil {
			found.Add(param.Join(at, startParameter.Name), "%v", err)
		} else {
			since := Duration(parsed.(time.Duration))
			scenario.Start = &since
		}
	}
	for _, f := range singleFields {
		if value, given := object[f.Name]; given && f.Name != "name" && slices.Contains(names, f.Name) {
			p := f.Parameter
			p.Name = param.Join(at, f.Name)
			f.read(&scenario.Spec, p, value, found)
		}
	}
	return scenario
}

// refuseBeside adds a problem for each field that a spec with scenarios cannot
// have. Its message calls a field what name returns for it.
func refuseBeside(object map[string]any, name func(field string) string, found *param.Problems) {
	for _, field := range scenarioFields {
		if _, given := object[field]; given {
			found.Add(field, "cannot be combined with %s, each of which has its own; set it in each of them",
				name("scenarios"))
		}
	}
}

// checkScenarios adds a problem for every rule that the scenarios break.
func (s Spec) checkScenarios(found *param.Problems) {
	if s.Workers != nil && !s.Workers.Local() {
		found.Add("workers", "cannot be combined with scenarios, which one machine executes; leave it out, or say %q",
			PlaceLocal)
	}
	if s.MaxLostFraction > 0 {
		found.Add("max_lost_fraction", "is for workers, and scenarios run on none; leave it out")
	}
	if s.Sample > 0 {
		found.Add("sample", "cannot be combined with scenarios, whose jobs are not sampled; leave it out, "+
			"or run one of the scenarios as a spec of its own")
	}
	seen := map[string]bool{}
	for i, scenario := range s.Scenarios {
		var wrong param.Problems
		if seen[scenario.Name] {
			wrong.Add("name", "must differ from the other names; %q is there already", scenario.Name)
		}
		seen[scenario.Name] = true
		scenario.checkRules(func(field string) string { return field }, &wrong)
		for _, field := range wrong {
			found.Add(param.Join(scenarioAt(i), field.Location), "%s", field.Message)
		}
	}
}

// scenarioPlans returns the plans of the scenarios of a plan's spec. The first has
// the plan's seed, so that a single scenario does what a spec without scenarios
// does.
func (p Plan) scenarioPlans() []Plan {
	plans := make([]Plan, len(p.Spec.Scenarios))
	for i, scenario := range p.Spec.Scenarios {
		spec, seed := scenario.Spec, p.Seed
		spec.Pricing, spec.Secrets, spec.IncludeJobs = p.Spec.Pricing, p.Spec.Secrets, p.Spec.IncludeJobs
		if i > 0 {
			// JSON readers with 64-bit floats preserve 53 bits.
			seed = NewStream(p.Seed, StreamScenarios).Bits(int64(i)) >> 11
		}
		plans[i] = NewPlan(spec, seed)
	}
	return plans
}

// WithScenarios returns the plan with other plans of its scenarios, and with their
// jobs and jobs in flight in all.
func (p Plan) WithScenarios(scenarios []Plan) Plan {
	p.Scenarios, p.Jobs, p.Concurrency, p.End = scenarios, 0, 0, Forever
	for _, scenario := range scenarios {
		p.Jobs += scenario.Jobs
		if scenario.Jobs == Unbounded || p.Jobs > Unbounded {
			p.Jobs = Unbounded
		}
		p.Concurrency = min(p.Concurrency+scenario.Concurrency, MaxJobs)
	}
	return p
}

// RunJob returns the number in the whole run of the job with the given number in
// the i-th scenario. The scenarios take turns, so numbers are known before any
// job has started.
func (p Plan) RunJob(i int, job int64) int64 { return job*int64(len(p.Scenarios)) + int64(i) }

// numbers returns the number after that of the last job, or more if the plan does
// not bound it. Scenarios of unequal numbers of jobs leave gaps.
func (p Plan) numbers() int64 {
	if len(p.Scenarios) == 0 {
		return p.Jobs
	}
	var end int64
	for i, scenario := range p.Scenarios {
		end = max(end, p.RunJob(i, min(scenario.Jobs, MaxJobs)-1)+1)
	}
	return end
}

// ScenarioOf returns the name of the scenario of a job by its number in the run;
// "" in a run without scenarios.
func (s Spec) ScenarioOf(job int64) string {
	if len(s.Scenarios) == 0 {
		return ""
	}
	return s.Scenarios[job%int64(len(s.Scenarios))].Name
}

// addScenarioTargets adds the loads that scenarios ask for after the elapsed time,
// of those whose start is known before the run.
func (p Plan) addScenarioTargets(elapsed time.Duration, target *Target) {
	for i, scenario := range p.Scenarios {
		var start time.Duration
		if given := p.Spec.Scenarios[i].Start; given != nil {
			start = time.Duration(*given)
		} else if i > 0 {
			continue
		}
		if elapsed >= start {
			load := scenario.TargetAt(elapsed - start)
			target.Rate += load.Rate
			target.InFlight += load.InFlight
		}
	}
}

// Workloads yields the workloads that the spec gives, with their locations: its
// own, or those of its scenarios.
func (s Spec) Workloads() iter.Seq2[string, Workload] {
	return func(yield func(string, Workload) bool) {
		if s.Workload != nil && !yield("workload", *s.Workload) {
			return
		}
		for i, scenario := range s.Scenarios {
			if scenario.Workload != nil && !yield(param.Join(scenarioAt(i), "workload"), *scenario.Workload) {
				return
			}
		}
	}
}

// mapScenarios returns a copy of scenarios with other specs.
func mapScenarios(scenarios []Scenario, change func(Spec) Spec) []Scenario {
	changed := slices.Clone(scenarios)
	for i := range changed {
		changed[i].Spec = change(changed[i].Spec)
	}
	return changed
}
