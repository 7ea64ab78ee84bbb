package aurea

import (
	"fmt"
	"os"

	"github.com/aurea-orchestrator/aurea/param"
)

// crossFieldRules is the table of rules that concern more than one field. field
// and message are the problem to report when a spec breaks the rule. A message
// has a $ before each field that it names.
var crossFieldRules = []struct {
	broken         func(Spec) bool
	field, message string
}{
	{func(s Spec) bool { return s.JobDurationMS != nil && s.Workload != nil },
		"job_duration_ms", "cannot be combined with $workload (it is shorthand for a sleep workload); set only one"},
	{func(s Spec) bool { return s.NumJobs == 0 && s.Duration == 0 && len(s.Stages) == 0 && s.Replay == nil },
		"num_jobs", "is needed, or $duration or $stages: how many jobs, or for how long"},
	{func(s Spec) bool { return s.Replay != nil && (s.Rate > 0 || len(s.Stages) > 0) },
		"replay", "cannot be combined with $rate or $stages, since jobs start at recorded moments; " +
			"its speed changes the load"},
	{func(s Spec) bool { return s.Replay != nil && s.Arrival != "" },
		"arrival", "cannot be combined with $replay, whose jobs arrive at recorded moments; leave it out"},
	{func(s Spec) bool { return s.Replay != nil && s.Users > 0 },
		"users", "cannot be combined with $replay, since each user does one job after the other"},
	{func(s Spec) bool { return s.Replay != nil && (s.Data == nil || s.Data.Order != OrderOnce) },
		"replay", "needs $data with order: once, since each row has one moment: its file, and the moments in a column"},
	{func(s Spec) bool {
		return s.NumJobs == 0 && s.MaxInFlight() == 0 && !s.open() && len(s.Stages) == 0 && s.Duration != 0
	},
		"concurrency", "is needed when there is no $num_jobs and no $rate: how many jobs to keep in flight"},
	{func(s Spec) bool { return s.Arrival != "" && !s.open() },
		"arrival", "takes a rate: set $rate, or $stages with rates"},
	{func(s Spec) bool { return s.OnSaturation != "" && !s.open() },
		"on_saturation", "takes a rate: set $rate, or $stages with rates"},
	{func(s Spec) bool { return s.OnSaturation == "drop" && s.Concurrency == 0 },
		"concurrency", "is needed to drop: how many jobs may be in flight before the next one is dropped"},
	{func(s Spec) bool { return s.Users > 0 && s.Concurrency > 0 },
		"users", "cannot be combined with $concurrency, since each user has one job in flight; set only one"},
	{func(s Spec) bool { return s.Users > 0 && (s.Rate > 0 || len(s.Stages) > 0) },
		"users", "cannot be combined with $rate or $stages, since each user does one job after the other"},
	{func(s Spec) bool { return s.Users > 0 && !s.ResolvedWorkload().hasKind("steps") },
		"users", "needs the workload steps, whose cookies and connections users keep; set $concurrency instead"},
	{func(s Spec) bool { return s.Sample > 0 && !s.ResolvedWorkload().hasKind("http") },
		"sample", "keeps the requests of http jobs, and the $workload has none; leave it out"},
	{func(s Spec) bool { return s.Rate != 0 && len(s.Stages) > 0 && s.Stages[0].Rate == nil },
		"rate", "cannot be combined with $stages of concurrency"},
	{func(s Spec) bool { return len(s.Stages) > 0 && s.Duration > s.stagesLength() },
		"duration", "is longer than the $stages together; leave it out, or lengthen the last stage"},
	{func(s Spec) bool { return s.Warmup > 0 && s.length() > 0 && s.Warmup >= s.length() },
		"warmup", "is part of the run and must be shorter than it, or nothing would be judged"},
}

// checkRules adds a problem for every rule about several fields that the spec
// breaks. Its message calls a field what name returns for it.
func (s Spec) checkRules(name func(field string) string, found *param.Problems) {
	s.checkSecretNames(found)
	if len(s.Scenarios) > 0 {
		s.checkScenarios(found)
		return
	}
	s.checkStages(found)
	if len(*found) > 0 {
		return
	}
	for _, rule := range crossFieldRules {
		if rule.broken(s) {
			found.Add(rule.field, "%s", os.Expand(rule.message, name))
		}
	}
}

// checkStages checks that every stage has exactly one target, that all stages
// have the same kind of target, and that the load is above 0 at some time.
func (s Spec) checkStages(found *param.Problems) {
	highest := s.level()
	for i, stage := range s.Stages {
		at := fmt.Sprintf("stages[%d]", i)
		switch {
		case (stage.Rate == nil) == (stage.Concurrency == nil):
			found.Add(at, "must have a rate or a concurrency to ramp to, and only one of them")
		case (stage.Rate == nil) != (s.Stages[0].Rate == nil):
			found.Add(at, "must ramp what the first stage does: all stages have rates, or all have concurrencies")
		default:
			highest = max(highest, stage.target())
		}
	}
	if len(s.Stages) > 0 && len(*found) == 0 && highest == 0 {
		found.Add("stages", "must go above 0 somewhere")
	}
}

// level returns the level at which the first stage starts: the spec's rate or
// concurrency, or 0.
func (s Spec) level() float64 {
	if len(s.Stages) > 0 && s.Stages[0].Rate != nil {
		return s.Rate
	}
	return float64(s.Concurrency)
}

// open reports whether the spec is of the open model: jobs start at a rate, or at recorded
// moments.
func (s Spec) open() bool {
	return s.Rate != 0 || s.Replay != nil || len(s.Stages) > 0 && s.Stages[0].Rate != nil
}

func (s Spec) stagesLength() Duration {
	var length Duration
	for _, stage := range s.Stages {
		length += stage.Duration
	}
	return length
}

// length returns for how long jobs are started; 0 if only their number ends the
// run.
func (s Spec) length() Duration {
	if s.Duration != 0 {
		return s.Duration
	}
	return s.stagesLength()
}
