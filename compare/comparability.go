package compare

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// mustMatch is the table of what should be equal in all runs, so that a
// difference or a change has no other reason. code is the one of its warning.
var mustMatch = []struct {
	code string
	read func(*aurea.Result) any
}{
	{"unlike_spec", func(r *aurea.Result) any { return comparableSpec(r) }},
	{"unlike_environment", func(r *aurea.Result) any { return comparableEnv(r.Environment) }},
	{"unlike_version", func(r *aurea.Result) any { return map[string]any{"version": r.Environment.Version} }},
	{"unlike_workers", func(r *aurea.Result) any { return map[string]any{"workers": workerCount(r)} }},
}

// comparableSpec returns the part of a result's spec that affects the
// measurement. Short forms are written out, so that equal workloads are equal.
func comparableSpec(r *aurea.Result) aurea.Spec {
	spec := r.Spec
	job, prices := spec.ResolvedWorkload(), spec.ResolvedPricing()
	spec.Workload, spec.JobDurationMS, spec.Pricing = &job, nil, &prices
	spec.Repeat, spec.Scenarios = nil, withoutThresholds(spec.Scenarios)
	spec.Workers, spec.MaxLostFraction = nil, 0 // it is the workers of the result that count
	spec.Seed, spec.Name, spec.Labels, spec.Thresholds, spec.IncludeJobs = nil, "", nil, nil, nil
	return spec
}

// workerCount returns how many workers executed the run of a result; 0 if the
// service did.
func workerCount(r *aurea.Result) int {
	if r.Workers == nil {
		return 0
	}
	return r.Workers.Count
}

// comparableEnv returns the environment without the fields that differ between
// like machines, and without the version, which has a warning of its own.
func comparableEnv(e aurea.Environment) aurea.Environment {
	e.Digest, e.Version, e.MemoryBytes = "", "", 0
	return e
}

// warnUnlike adds a warning for each field that is not the same in all results,
// with the values of either side. read selects what to compare.
func (c *Comparison) warnUnlike(code string, base, head []*aurea.Result, read func(*aurea.Result) any) {
	inBase, inHead := flattenAll(base, read), flattenAll(head, read)
	fields := map[string]bool{}
	for _, one := range slices.Concat(inBase, inHead) {
		for field := range one {
			fields[field] = true
		}
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		had, has := distinct(inBase, field), distinct(inHead, field)
		all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(had, has))))
		if len(all) > 1 && len(had) > 0 && len(has) > 0 {
			u := Unlike{Code: code, Field: field, Base: firstFew(had), Head: firstFew(has)}
			c.Unlike = append(c.Unlike, u)
			c.warnf(code, field, "%s is %s in base and %s in head", field, u.Base, u.Head)
		}
	}
}

// warnUnlikeSeeds adds a warning if the two sides have different sets of seeds.
// Different seeds within a side are fine.
func (c *Comparison) warnUnlikeSeeds(base, head []*aurea.Result) {
	read := func(r *aurea.Result) any { return map[string]any{"seed": r.Spec.Seed} }
	had, has := distinct(flattenAll(base, read), "seed"), distinct(flattenAll(head, read), "seed")
	same := slices.Equal(slices.Sorted(slices.Values(had)), slices.Sorted(slices.Values(has)))
	if len(had) > 0 && len(has) > 0 && !same {
		u := Unlike{Code: "unlike_seed", Field: "seed", Base: firstFew(had), Head: firstFew(has)}
		c.Unlike = append(c.Unlike, u)
		c.warnf(u.Code, u.Field, "the seed is %s in base and %s in head: other seeds make other jobs", u.Base, u.Head)
	}
}

// distinct returns the distinct values of a field, in order of appearance.
func distinct(flat []map[string]string, field string) []string {
	var values []string
	for _, one := range flat {
		value, given := one[field]
		if !given {
			value = "not given"
		}
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	return values
}

// firstFew lists the first three values, and says how many more there are.
func firstFew(values []string) string {
	const few = 3
	if len(values) > few {
		return strings.Join(values[:few], ", ") + fmt.Sprintf(" and %d others", len(values)-few)
	}
	return strings.Join(values, ", ")
}

// flattenAll returns the leaves of each result's JSON by their paths, such as
// "workload.duration". read selects the part of the result.
func flattenAll(results []*aurea.Result, read func(*aurea.Result) any) []map[string]string {
	all := make([]map[string]string, len(results))
	for i, r := range results {
		all[i] = map[string]string{}
		encoded, _ := json.Marshal(read(r)) // a decoded spec and an environment always encode
		decoder := json.NewDecoder(bytes.NewReader(encoded))
		decoder.UseNumber()
		var value any
		_ = decoder.Decode(&value)
		flatten(all[i], "", value)
	}
	return all
}

// flatten adds the leaves of a decoded JSON value to into.
func flatten(into map[string]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			flatten(into, param.Join(path, name), member)
		}
	case []any:
		for i, item := range value {
			flatten(into, fmt.Sprintf("%s[%d]", path, i), item)
		}
	case string:
		into[path] = cmp.Or(value, "none")
	case nil:
		into[path] = "not given"
	default:
		into[path] = param.Describe(value)
	}
}
