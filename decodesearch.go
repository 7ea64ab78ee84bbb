package aurea

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// The defaults and limits of a search.
const (
	defaultPrecision     = 0.03
	defaultSearchTime    = 10 * time.Minute
	defaultCooldown      = time.Second
	defaultTrialDuration = 10 * time.Second // if the spec has neither num_jobs nor a duration
	minPrecision         = 0.001
)

// searchParameters declares the members of a search. The spec is read by its own
// table.
var searchParameters = []param.Parameter{
	{Name: "spec", Type: param.Any, Required: true, Doc: "the spec whose load is searched"},
	{Name: "objectives", Type: param.List, Max: maxThresholds / 2, ListOnly: true,
		Items: &param.Parameter{Type: param.Any, Doc: "a threshold"}, // readThresholdEntry says more about a wrong one
		Doc:   `what a run must satisfy for its load to hold, beside the spec's thresholds, such as "p99 < 250ms"`},
	{Name: "rate", Type: param.Text, Doc: `the rates to search, such as "100..100000"`},
	{Name: "concurrency", Type: param.Text, Doc: `the jobs in flight to search, such as "1..1000"`},
	{Name: "precision", Type: param.OneOf, Default: defaultPrecision, Alternatives: []param.Parameter{
		{Type: param.Number, Min: minPrecision, Max: 1, Doc: "a share"},
		{Type: param.Text, Doc: `a percentage, such as "3%"`},
	}, Doc: "the greatest difference between the load that holds and the next one that fails"},
	{Name: "max_time", Type: param.Duration, Min: 1, Max: MaxRunDuration.Seconds(), Default: defaultSearchTime,
		Doc: "how long the search may take"},
	{Name: "cooldown", Type: param.Duration, Max: MaxJobDuration.Seconds(), Default: defaultCooldown,
		Doc: "how long to wait between two runs"},
}

// SearchParameters returns the members of a search, in the order of the
// documentation.
func SearchParameters() []param.Parameter { return searchParameters }

// DecodeSearch reads a search from JSON and checks it, and its spec as DecodeSpec
// does. The error is an *InvalidError that names every wrong field.
func DecodeSearch(data []byte) (SearchRequest, error) {
	return DecodeSearchNaming(data, func(field string) string { return field })
}

// DecodeSearchNaming is DecodeSearch for a search that was not written as a
// document, as DecodeSpecNaming is for a spec. name gets members of the search and
// fields of the spec.
func DecodeSearchNaming(data []byte, name func(field string) string) (SearchRequest, error) {
	object, err := param.DecodeObject(data)
	if err != nil {
		return SearchRequest{}, err
	}
	var found param.Problems
	values := param.ReadGiven(searchParameters, object, "", &found)
	r := SearchRequest{
		Precision: defaultPrecision, MaxTime: Duration(defaultSearchTime), Cooldown: Duration(defaultCooldown),
	}
	r.readObjectives(values.List("objectives"), &found)
	r.Rate, r.Concurrency = readLoads(values, "rate", &found), readLoads(values, "concurrency", &found)
	r.readPrecision(values["precision"], &found)
	if values.Has("max_time") {
		r.MaxTime = Duration(values.Duration("max_time"))
	}
	if values.Has("cooldown") {
		r.Cooldown = Duration(values.Duration("cooldown"))
	}
	switch hasRate, hasConcurrency := values.Has("rate"), values.Has("concurrency"); {
	case hasRate && hasConcurrency:
		found.Add("concurrency", "cannot be combined with %s: a search is about one of the two", name("rate"))
	case !hasRate && !hasConcurrency:
		found.Add("rate", `is needed, or %s: the loads to search, such as "100..100000"`, name("concurrency"))
	}
	if spec, given := object["spec"]; given {
		r.given = len(values.List("objectives"))
		r.readSpec(spec, name, &found)
	}
	return r, found.Err()
}

func (r *SearchRequest) readObjectives(list []any, found *param.Problems) {
	for i, item := range list {
		before := len(*found)
		objective := readThresholdEntry(item, fmt.Sprintf("objectives[%d]", i), found)
		if len(*found) == before {
			r.Objectives = append(r.Objectives, objective)
		}
	}
}

// readLoads reads the range of loads of a name; nil if it is absent or wrong.
func readLoads(values param.Values, name string, found *param.Problems) *LoadRange {
	if !values.Has(name) {
		return nil
	}
	loads, err := ParseLoadRange(values.Text(name))
	most := float64(maxRate)
	if name == "concurrency" {
		most = MaxJobs
	}
	switch {
	case err != nil:
		found.Add(name, "%v", err)
	case loads.To > most:
		found.Add(name, "must be at most %s; got %s", param.FormatNumber(most), loads)
	case name == "concurrency" && (loads.From != math.Trunc(loads.From) || loads.To != math.Trunc(loads.To)):
		found.Add(name, "must be whole numbers; got %s", loads)
	default:
		return &loads
	}
	return nil
}

func (r *SearchRequest) readPrecision(value any, found *param.Problems) {
	switch value := value.(type) {
	case float64:
		r.Precision = value
	case string:
		share, ok := ParseShare(value)
		if r.Precision = share; !ok || share < minPrecision || share > 1 {
			found.Add("precision", "must be a share from %v to 1, such as 3%% or 0.03; got %s", minPrecision,
				param.Describe(value))
		}
	}
}

// readSpec reads the spec, completes it with the first load so that all rules of a
// spec hold, and rejects what a search sets itself.
func (r *SearchRequest) readSpec(value any, name func(string) string, found *param.Problems) {
	members, ok := value.(map[string]any)
	if !ok {
		found.Add("spec", "must be an object; got %s", param.Describe(value))
		return
	}
	for _, field := range []string{"stages", "repeat", "scenarios"} {
		if _, given := members[field]; given {
			found.Add("spec."+field, "cannot be part of a search, which runs the spec at one load after the other")
			return
		}
	}
	if (r.Rate == nil) == (r.Concurrency == nil) {
		return // there is no load to check it with
	}
	if _, given := members["rate"]; given && r.Rate == nil {
		found.Add("spec.rate", "cannot be combined with a search of concurrency; leave it out, or search rates")
		return
	}
	complete := maps.Clone(members)
	loads, rates := r.Range()
	load := "concurrency"
	if rates {
		load = "rate"
	}
	complete[load] = json.Number(param.FormatNumber(loads.From))
	if complete["num_jobs"] == nil && complete["duration"] == nil {
		complete["duration"] = defaultTrialDuration.String()
	}
	encoded, _ := json.Marshal(complete) // it was decoded from JSON
	spec, err := DecodeSpecNaming(encoded, name)
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		for _, field := range invalid.Fields {
			found.Add("spec."+field.Location, "%s", field.Message)
		}
	}
	r.Objectives = append(r.Objectives, spec.Thresholds...)
	thresholds, isList := members["thresholds"].([]any)
	if none := members["thresholds"] == nil || isList && len(thresholds) == 0; none && r.given == 0 {
		found.Add("objectives", `is needed: what a run must satisfy, such as "p99 < 250ms"`)
	}
	if most := maxThresholds / 2; len(r.Objectives) > most {
		found.Add("objectives", "must be %d at most with the spec's thresholds; got %d", most, len(r.Objectives))
	}
	if most := maxLabels - 1; len(spec.Labels) > most {
		found.Add("spec.labels", "must be %d at most: the runs of a search have one more", most)
	}
	spec.Thresholds = nil
	if spec.IncludeJobs == nil {
		keep := false
		spec.IncludeJobs = &keep
	}
	r.Spec = spec
}

// At returns the spec of a run of the search, at one load. Its thresholds are the
// objectives, then bounds that end a run which misses an objective by far. A seed
// of the spec is another one in each run, so that a run that confirms another is
// not its copy.
func (r SearchRequest) At(load float64, run int) Spec {
	spec := r.Spec
	if _, rates := r.Range(); rates {
		spec.Rate = load
	} else {
		spec.Concurrency = int64(load)
	}
	if spec.Seed != nil {
		seed := *spec.Seed + uint64(run)
		spec.Seed = &seed
	}
	spec.Thresholds = slices.Clone(r.Objectives)
	for _, objective := range r.Objectives {
		if bound, ok := objective.farBeyond(spec.length()); ok {
			spec.Thresholds = append(spec.Thresholds, bound)
		}
	}
	return spec
}

// Locate returns the error about the spec of one of the search's runs, which At
// returns, as one about the request.
func (r SearchRequest) Locate(err error) error {
	var invalid *InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	fields := slices.Clone(invalid.Fields)
	for i, field := range fields {
		fields[i].Location = "spec." + field.Location
		var threshold int
		if n, _ := fmt.Sscanf(field.Location, "thresholds[%d]", &threshold); n == 0 {
			continue
		}
		if fields[i].Location = fmt.Sprintf("objectives[%d]", threshold); threshold >= r.given {
			fields[i].Location = fmt.Sprintf("spec.thresholds[%d]", threshold-r.given)
		}
	}
	return &InvalidError{Fields: fields}
}

// far is by how much a run must miss an objective to end early.
const far = 3

// farBeyond returns the threshold that ends a run of the given length which misses
// an objective by far, after a fifth of its time. There is none for objectives
// that are lower bounds, or that cannot abort.
func (t Threshold) farBeyond(length Duration) (bound Threshold, ok bool) {
	if t.operator != "<" && t.operator != "<=" || knownLate().MatchString(t.metric) ||
		t.limit == 0 || t.metric == "duration" {
		return Threshold{}, false
	}
	limit := t.limit * far
	m, _ := lookup(t.metric)
	text := param.FormatNumber(limit)
	switch {
	case m.unit == share && limit > 0.5:
		text = "50%"
		if t.limit >= 0.5 {
			return Threshold{}, false
		}
	case m.unit == seconds:
		text = time.Duration(limit * float64(time.Second)).String()
	}
	bound, err := ParseThreshold(t.metric + " " + t.operator + " " + text)
	bound.AbortOnFail, bound.After = true, time.Duration(length/5)
	return bound, err == nil
}
