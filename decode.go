package aurea

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A field is one row of the spec: what it takes, and where the value goes.
type field struct {
	Parameter
	// One of the two: set takes the value that Parameter.Parse returned, read
	// takes the raw one of a list or an object.
	set  func(s *Spec, value any)
	read func(s *Spec, value any, location string, found *problems)
}

// fields is the spec, row by row, in the order of the documentation.
var fields = []field{
	{Parameter: Parameter{Name: "num_jobs", Type: Integer, Min: 1, Max: MaxJobs, Doc: "how many jobs"},
		set: func(s *Spec, v any) { s.NumJobs = v.(int64) }},
	{Parameter: Parameter{Name: "job_duration_ms", Type: Number, Max: float64(MaxJobDuration.Milliseconds()), Doc: "how long a job sleeps, in milliseconds, give or take 20 %; short for workload sleep"},
		set: func(s *Spec, v any) { ms := v.(float64); s.JobDurationMS = &ms }},
	{Parameter: Parameter{Name: "workload", Type: Work, Doc: "what a job does: a kind and its parameters"},
		read: func(s *Spec, v any, at string, found *problems) { s.Workload = readWorkload(v, at, found) }},
	{Parameter: Parameter{Name: "concurrency", Type: Integer, Min: 1, Max: MaxJobs, Doc: "most jobs in flight; without it and without rate, all of them at once"},
		set: func(s *Spec, v any) { s.Concurrency = v.(int64) }},
	{Parameter: Parameter{Name: "rate", Type: Number, Min: minRate, Max: maxRate, Doc: "jobs started a second, whether or not earlier ones have ended"},
		set: func(s *Spec, v any) { s.Rate = v.(float64) }},
	{Parameter: Parameter{Name: "arrival", Type: Text, Options: []string{"constant", "poisson"}, Default: "constant", Doc: "how the starts of a rate are spaced"},
		set: func(s *Spec, v any) { s.Arrival = v.(string) }},
	{Parameter: Parameter{Name: "on_saturation", Type: Text, Options: []string{"wait", "drop"}, Default: "wait", Doc: "what a job of a rate does when concurrency is reached"},
		set: func(s *Spec, v any) { s.OnSaturation = v.(string) }},
	{Parameter: Parameter{Name: "duration", Type: DurationText, Min: 0.001, Max: MaxRunDuration.Seconds(), Doc: "start no more jobs after this; beside num_jobs or stages, whichever ends first"},
		set: func(s *Spec, v any) { s.Duration = v.(Duration) }},
	{Parameter: Parameter{Name: "stages", Type: List, Min: 1, Max: maxStages, NotAlone: true, Items: &Parameter{Type: Object, Members: stageParameters, Doc: "a ramp: a duration, and a rate or a concurrency"}, Doc: "linear ramps of rate or concurrency, one after the other"},
		read: readStages},
	{Parameter: Parameter{Name: "warmup", Type: DurationText, Max: MaxRunDuration.Seconds(), Doc: "jobs started in this first stretch are reported apart and not judged"},
		set: func(s *Spec, v any) { s.Warmup = v.(Duration) }},
	{Parameter: Parameter{Name: "timeout", Type: DurationText, Min: 1e-9, Max: MaxJobDuration.Seconds(), Doc: "longest a job may take"},
		set: func(s *Spec, v any) { s.Timeout = v.(Duration) }},
	{Parameter: Parameter{Name: "thresholds", Type: List, Max: maxThresholds, NotAlone: true, Items: &Parameter{Type: Text, Doc: "a figure, a comparison and a limit"}, Doc: `what the result must satisfy, such as "p99 < 250ms"`},
		read: readThresholds},
	{Parameter: Parameter{Name: "pricing", Type: Object, Members: pricingParameters, Doc: "what work costs: per_second of service time, per_job, currency"},
		read: readPricing},
	{Parameter: Parameter{Name: "seed", Type: Integer, Max: math.MaxUint64, Doc: "what the jobs' random parameters are drawn from; chosen and reported when absent"},
		read: readSeed},
	{Parameter: Parameter{Name: "name", Type: Text, Max: maxText, Doc: "for finding and comparing runs"},
		set: func(s *Spec, v any) { s.Name = v.(string) }},
	{Parameter: Parameter{Name: "labels", Type: Texts, Max: maxLabels, Doc: "for finding runs: up to 16 keys with string values"},
		read: readLabels},
	{Parameter: Parameter{Name: "include_jobs", Type: Boolean, Default: true, Doc: "whether the answer lists every job"},
		set: func(s *Spec, v any) { include := v.(bool); s.IncludeJobs = &include }},
}

// SpecParameters lists the fields of a spec, in the order of the documentation.
func SpecParameters() []Parameter {
	parameters := make([]Parameter, len(fields))
	for i, f := range fields {
		parameters[i] = f.Parameter
	}
	return parameters
}

// DecodeSpec reads a spec from JSON and checks every rule that needs no more
// than the spec; a workload's parameters are checked by the workload table. The
// error is an *InvalidError that names every wrong field; the Spec beside it has
// what could be read, for more mistakes to be found in it, and must not be
// executed. Memory used is in proportion to the document, never to the numbers
// in it.
func DecodeSpec(data []byte) (Spec, error) {
	var spec Spec
	var found problems
	object, err := DecodeDocument(data)
	if err != nil {
		var wrong FieldError
		errors.As(err, &wrong)
		return Spec{}, &InvalidError{[]FieldError{wrong}}
	}
	rejectUnknown(object, "", fieldNames(), &found)
	for _, f := range fields {
		if value, given := object[f.Name]; given {
			f.decode(&spec, value, &found)
		}
	}
	if len(found) == 0 {
		spec.checkTogether(&found)
	}
	return spec, found.err()
}

func (f field) decode(spec *Spec, value any, found *problems) {
	if f.read != nil {
		f.read(spec, value, f.Name, found)
		return
	}
	parsed, err := f.Parse(value)
	if err != nil {
		found.add(f.Name, "%v", err)
		return
	}
	f.set(spec, parsed)
}

func fieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// rejectUnknown reports every key of the object that is not in names, with the
// name that was probably meant.
func rejectUnknown(object map[string]any, location string, names []string, found *problems) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if slices.Contains(names, key) {
			continue
		}
		if len(*found) >= maxThresholds {
			return // enough to see what is wrong; the document may hold a million keys
		}
		at := join(location, clip(key))
		if near := Nearest(key, names); near != "" {
			found.add(at, "is not a field; did you mean %s?", near)
		} else {
			found.add(at, "is not a field")
		}
	}
}

func clip(text string) string {
	if runes := []rune(text); len(runes) > maxLabelKey {
		return string(runes[:maxLabelKey]) + "…"
	}
	return text
}

func readWorkload(value any, location string, found *problems) *Workload {
	object, ok := value.(map[string]any)
	if !ok {
		found.add(location, `must be an object such as {"kind": "sleep", "duration": "100ms"}; got %s`, show(value))
		return &Workload{}
	}
	kind, ok := object["kind"].(string)
	if !ok {
		found.add(join(location, "kind"), "is needed, a string: what a job does")
		return &Workload{}
	}
	parameters := maps.Clone(object)
	delete(parameters, "kind")
	return &Workload{Kind: kind, Parameters: parameters}
}

var stageParameters = []Parameter{
	{Name: "duration", Type: DurationText, Min: 0.001, Max: MaxRunDuration.Seconds(), Required: true, Doc: "how long the ramp takes"},
	{Name: "rate", Type: Number, Max: maxRate, Doc: "jobs a second at its end"},
	{Name: "concurrency", Type: Integer, Max: MaxJobs, Doc: "jobs in flight at its end"},
}

func readStages(s *Spec, value any, location string, found *problems) {
	list, ok := value.([]any)
	if !ok || len(list) == 0 || len(list) > maxStages {
		found.add(location, "must be a list of 1 to %d stages; got %s", maxStages, show(value))
		return
	}
	for i, entry := range list {
		at := fmt.Sprintf("%s[%d]", location, i)
		values := readParameters(stageParameters, entry, at, found)
		var stage Stage
		stage.Duration, _ = values["duration"].(Duration)
		if rate, ok := values["rate"].(float64); ok {
			stage.Rate = &rate
		}
		if concurrency, ok := values["concurrency"].(int64); ok {
			stage.Concurrency = &concurrency
		}
		s.Stages = append(s.Stages, stage)
	}
}

func readThresholds(s *Spec, value any, location string, found *problems) {
	list, ok := value.([]any)
	if !ok || len(list) > maxThresholds {
		found.add(location, "must be a list of up to %d expressions; got %s", maxThresholds, show(value))
		return
	}
	for i, entry := range list {
		at := fmt.Sprintf("%s[%d]", location, i)
		text, ok := entry.(string)
		if !ok {
			found.add(at, `must be a string such as "p99 < 250ms"; got %s`, show(entry))
			continue
		}
		threshold, err := ParseThreshold(text)
		if err != nil {
			found.add(at, "%v", err)
			continue
		}
		s.Thresholds = append(s.Thresholds, threshold)
	}
}

// maxPrice keeps a cost finite whatever is measured.
const maxPrice = 1e9

var pricingParameters = []Parameter{
	{Name: "per_second", Type: Number, Max: maxPrice, Default: DefaultPricing.PerSecond, Doc: "price of a second of service time"},
	{Name: "per_job", Type: Number, Max: maxPrice, Default: 0.0, Doc: "price of a job"},
	{Name: "currency", Type: Text, Max: 3, Default: DefaultPricing.Currency, Doc: "what the prices are in, by its ISO 4217 code"},
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

func readPricing(s *Spec, value any, location string, found *problems) {
	values := readParameters(pricingParameters, value, location, found)
	pricing := DefaultPricing
	if v, ok := values["per_second"]; ok {
		pricing.PerSecond = v.(float64)
	}
	if v, ok := values["per_job"]; ok {
		pricing.PerJob = v.(float64)
	}
	if v, ok := values["currency"]; ok {
		pricing.Currency = v.(string)
		if !currencyCode.MatchString(pricing.Currency) {
			found.add(join(location, "currency"), "must be three capital letters, such as USD; got %s", show(pricing.Currency))
		}
	}
	s.Pricing = &pricing
}

func readSeed(s *Spec, value any, location string, found *problems) {
	number, ok := value.(json.Number)
	seed, err := strconv.ParseUint(number.String(), 10, 64)
	if !ok || err != nil {
		found.add(location, "must be an integer from 0 to %d; got %s", uint64(math.MaxUint64), show(value))
		return
	}
	s.Seed = &seed
}

var labelKey = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,63}$`)

func readLabels(s *Spec, value any, location string, found *problems) {
	object, ok := value.(map[string]any)
	if !ok || len(object) > maxLabels {
		found.add(location, "must be an object of up to %d labels; got %s", maxLabels, show(value))
		return
	}
	s.Labels = map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		at := join(location, clip(key))
		text, ok := object[key].(string)
		switch {
		case !labelKey.MatchString(key):
			found.add(at, "is not a label key: up to %d of a-z A-Z 0-9 _ . -", maxLabelKey)
		case !ok || utf8.RuneCountInString(text) > maxText:
			found.add(at, "must be a string of up to %d characters; got %s", maxText, show(object[key]))
		default:
			s.Labels[key] = text
		}
	}
}
