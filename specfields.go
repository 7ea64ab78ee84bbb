package aurea

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/param"
)

// A field is one row of the spec: its declaration, and how its value gets into
// a Spec.
type field struct {
	param.Parameter
	read func(s *Spec, p param.Parameter, value any, found *param.Problems)
}

// set returns a reader that parses a value, which is a T, and assigns it.
func set[T any](assign func(*Spec, T)) func(*Spec, param.Parameter, any, *param.Problems) {
	return func(s *Spec, p param.Parameter, value any, found *param.Problems) {
		parsed, err := p.Parse(value)
		if err != nil {
			found.Add(p.Name, "%v", err)
			return
		}
		assign(s, parsed.(T))
	}
}

// fields is the spec, row by row, in the order of the documentation.
var fields = append(slices.Clip(singleFields),
	field{scenariosParameter, readScenarios},
	field{defaultsParameter, nil}, // applyDefaults has read them
)

// singleFields are the rows of a spec without scenarios, of which scenarios have
// their own.
var singleFields = []field{
	{param.Parameter{
		Name: "num_jobs", Type: param.Integer, Min: 1, Max: MaxJobs,
		Doc: "how many jobs",
	}, set(func(s *Spec, v int64) { s.NumJobs = v })},
	{param.Parameter{
		Name: "job_duration_ms", Type: param.Number, Max: float64(MaxJobDuration.Milliseconds()),
		Doc: "how long a job sleeps, in milliseconds, give or take 20 %; short for workload sleep",
	}, set(func(s *Spec, v float64) { s.JobDurationMS = &v })},
	{param.Parameter{
		Name: "workload", Type: param.KindType,
		Doc: "what a job does: a kind and its parameters",
	}, readWorkload},
	{param.Parameter{
		Name: "concurrency", Type: param.Integer, Min: 1, Max: MaxJobs,
		Doc: "most jobs in flight; without it and without rate, all of them at once",
	}, set(func(s *Spec, v int64) { s.Concurrency = v })},
	{param.Parameter{
		Name: "rate", Type: param.Number, Min: minRate, Max: maxRate,
		Doc: "jobs started a second, whether or not earlier ones have ended",
	}, set(func(s *Spec, v float64) { s.Rate = v })},
	{param.Parameter{
		Name: "arrival", Type: param.Text, Options: []string{"constant", "poisson"}, Default: "constant",
		Doc: "how the starts of a rate are spaced",
	}, set(func(s *Spec, v string) { s.Arrival = v })},
	{param.Parameter{
		Name: "on_saturation", Type: param.Text, Options: []string{"wait", "drop"}, Default: "wait",
		Doc: "what a job of a rate does when concurrency is reached",
	}, set(func(s *Spec, v string) { s.OnSaturation = v })},
	{param.Parameter{
		Name: "duration", Type: param.Duration, Min: 0.001, Max: MaxRunDuration.Seconds(),
		Doc: "start no more jobs after this; beside num_jobs or stages, whichever ends first",
	}, set(func(s *Spec, v time.Duration) { s.Duration = Duration(v) })},
	{param.Parameter{
		Name: "stages", Type: param.List, Min: 1, Max: maxStages, ListOnly: true,
		Items: &param.Parameter{
			Type: param.Object, Members: stageParameters,
			Doc: "a ramp: a duration, and a rate or a concurrency",
		},
		Doc: "linear ramps of rate or concurrency, one after the other",
	}, readStages},
	{param.Parameter{
		Name: "warmup", Type: param.Duration, Max: MaxRunDuration.Seconds(),
		Doc: "jobs started in this first stretch are reported apart and not judged",
	}, set(func(s *Spec, v time.Duration) { s.Warmup = Duration(v) })},
	{param.Parameter{
		Name: "timeout", Type: param.Duration, Min: 1e-9, Max: MaxJobDuration.Seconds(),
		Doc: "longest a job may take",
	}, set(func(s *Spec, v time.Duration) { s.Timeout = Duration(v) })},
	{param.Parameter{
		Name: "thresholds", Type: param.List, Max: maxThresholds, ListOnly: true,
		Items: &param.Parameter{Type: param.OneOf, Alternatives: thresholdForms, Doc: "what the result must satisfy"},
		Doc:   `what the result must satisfy, such as "p99 < 250ms"`,
	}, readThresholds},
	{param.Parameter{
		Name: "pricing", Type: param.Object, Members: pricingParameters,
		Doc: "what work costs: per_second of service time, per_job, currency",
	}, readPricing},
	{param.Parameter{
		Name: "seed", Type: param.Integer, Max: math.MaxUint64,
		Doc: "what the jobs' random parameters are drawn from; chosen and reported when absent",
	}, readSeed},
	{param.Parameter{
		Name: "name", Type: param.Text, Max: maxText,
		Doc: "for finding and comparing runs",
	}, set(func(s *Spec, v string) { s.Name = v })},
	{param.Parameter{
		Name: "labels", Type: param.StringMap, Max: maxLabels,
		Doc: "for finding runs: up to 16 keys with string values",
	}, readLabels},
	{param.Parameter{
		Name: "include_jobs", Type: param.Boolean, Default: true,
		Doc: "whether the answer lists every job",
	}, set(func(s *Spec, v bool) { s.IncludeJobs = &v })},
	{param.Parameter{
		Name: "workers", Type: param.OneOf, Alternatives: placements,
		Doc: "which workers run the jobs; all that are ready when absent, or this machine when there is none",
	}, readWorkers},
	{param.Parameter{
		Name: "max_lost_fraction", Type: param.Number, Max: 1, Default: 0.0,
		Doc: "share of the load that may be lost with workers before the run fails",
	}, set(func(s *Spec, v float64) { s.MaxLostFraction = v })},
	{param.Parameter{
		Name: "repeat", Type: param.OneOf, Alternatives: repeats,
		Doc: "whole runs of the spec, one after the other; only aurea run makes several",
	}, readRepeat},
	{param.Parameter{
		Name: "secrets", Type: param.OneOf, Alternatives: secretForms,
		Doc: "what is stored and shown as ***: variables that a spec file contains, or names and values",
	}, readSecrets},
	{param.Parameter{
		Name: "users", Type: param.Integer, Min: 1, Max: MaxJobs,
		Doc: "in place of concurrency: so many users do one job after the other, and keep cookies and connections",
	}, set(func(s *Spec, v int64) { s.Users = v })},
	{param.Parameter{
		Name: "data", Type: param.Object, Members: dataParameters,
		Doc: "a file of rows, of which each job uses one as {{data.NAME}}",
	}, readData},
	{param.Parameter{
		Name: "sample", Type: param.Integer, Min: 1, Max: MaxSample,
		Doc: "keep the requests and answers of so many jobs with the run, and of the first failures of each class",
	}, set(func(s *Spec, v int64) { s.Sample = v })},
	{param.Parameter{
		Name: "replay", Type: param.Object, Members: replayParameters,
		Doc: "in place of rate: start the job of each row of data at its recorded moment",
	}, readReplay},
}

// SpecParameters returns the fields of a spec, in the order of the
// documentation.
func SpecParameters() []param.Parameter {
	parameters := make([]param.Parameter, len(fields))
	for i, f := range fields {
		parameters[i] = f.Parameter
	}
	return parameters
}

func readWorkload(s *Spec, p param.Parameter, value any, found *param.Problems) {
	workload := Workload(param.ReadVariant(value, p.Name, found))
	s.Workload = &workload
}

var stageParameters = []param.Parameter{
	{Name: "duration", Type: param.Duration, Min: 0.001, Max: MaxRunDuration.Seconds(), Required: true,
		Doc: "how long the ramp takes"},
	{Name: "rate", Type: param.Number, Max: maxRate, Doc: "jobs a second at its end"},
	{Name: "concurrency", Type: param.Integer, Max: MaxJobs, Doc: "jobs in flight at its end"},
}

func readStages(s *Spec, p param.Parameter, value any, found *param.Problems) {
	list, ok := value.([]any)
	if !ok || len(list) == 0 || len(list) > maxStages {
		found.Add(p.Name, "must be a list of 1 to %d stages; got %s", maxStages, param.Describe(value))
		return
	}
	for i, entry := range list {
		at := fmt.Sprintf("%s[%d]", p.Name, i)
		values := param.ReadGiven(stageParameters, entry, at, found)
		stage := Stage{Duration: Duration(values.Duration("duration"))}
		if rate, ok := values["rate"].(float64); ok {
			stage.Rate = &rate
		}
		if concurrency, ok := values["concurrency"].(int64); ok {
			stage.Concurrency = &concurrency
		}
		s.Stages = append(s.Stages, stage)
	}
}

func readThresholds(s *Spec, p param.Parameter, value any, found *param.Problems) {
	list, ok := value.([]any)
	if !ok || len(list) > maxThresholds {
		found.Add(p.Name, "must be a list of up to %d expressions; got %s", maxThresholds, param.Describe(value))
		return
	}
	for i, entry := range list {
		before := len(*found)
		threshold := readThresholdEntry(entry, fmt.Sprintf("%s[%d]", p.Name, i), found)
		if len(*found) == before {
			s.Thresholds = append(s.Thresholds, threshold)
		}
	}
}

// maxPrice keeps a cost finite whatever is measured.
const maxPrice = 1e9

var pricingParameters = []param.Parameter{
	{Name: "per_second", Type: param.Number, Max: maxPrice, Default: DefaultPricing.PerSecond,
		Doc: "price of a second of service time"},
	{Name: "per_job", Type: param.Number, Max: maxPrice, Default: 0.0, Doc: "price of a job"},
	{Name: "currency", Type: param.Text, Max: 3, Default: DefaultPricing.Currency,
		Doc: "what the prices are in, by its ISO 4217 code"},
}

var currencyCode = lazyregexp.New(`^[A-Z]{3}$`)

func readPricing(s *Spec, p param.Parameter, value any, found *param.Problems) {
	values := param.ReadGiven(pricingParameters, value, p.Name, found)
	pricing := DefaultPricing
	if values.Has("per_second") {
		pricing.PerSecond = values.Number("per_second")
	}
	if values.Has("per_job") {
		pricing.PerJob = values.Number("per_job")
	}
	if values.Has("currency") {
		pricing.Currency = values.Text("currency")
		if !currencyCode().MatchString(pricing.Currency) {
			found.Add(param.Join(p.Name, "currency"),
				"must be three capital letters, such as USD; got %s", param.Describe(pricing.Currency))
		}
	}
	s.Pricing = &pricing
}

func readSeed(s *Spec, p param.Parameter, value any, found *param.Problems) {
	number, ok := value.(json.Number)
	seed, err := strconv.ParseUint(number.String(), 10, 64)
	if !ok || err != nil {
		found.Add(p.Name, "must be an integer from 0 to %d; got %s", uint64(math.MaxUint64), param.Describe(value))
		return
	}
	s.Seed = &seed
}

var labelKey = lazyregexp.New(`^[a-zA-Z0-9_.-]{1,63}$`)

func readLabels(s *Spec, p param.Parameter, value any, found *param.Problems) {
	s.Labels = parseLabels(p.Name, value, found)
}

// parseLabels reads labels that it finds at a location. It returns nil if they
// are no object, and else the valid ones.
func parseLabels(location string, value any, found *param.Problems) map[string]string {
	object, ok := value.(map[string]any)
	if !ok || len(object) > maxLabels {
		found.Add(location, "must be an object of up to %d labels; got %s", maxLabels, param.Describe(value))
		return nil
	}
	labels := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		at := param.Join(location, param.Clip(key))
		text, ok := object[key].(string)
		switch {
		case !labelKey().MatchString(key):
			found.Add(at, "is not a label key: up to %d of a-z A-Z 0-9 _ . -", maxLabelKey)
		case !ok || utf8.RuneCountInString(text) > maxText:
			found.Add(at, "must be a string of up to %d characters; got %s", maxText, param.Describe(object[key]))
		default:
			labels[key] = text
		}
	}
	return labels
}
