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

// comparableSpec is the part of the spec that says what was measured, written out where
// the spec has it in short.
func comparableSpec(r *aurea.Result) aurea.Spec {
	spec := r.Spec
	job, prices := spec.Job(), spec.Prices()
	spec.Workload, spec.JobDurationMS, spec.Pricing = &job, nil, &prices
	spec.Seed, spec.Name, spec.Labels, spec.Thresholds, spec.IncludeJobs = nil, "", nil, nil, nil
	return spec
}

// comparableEnv is the part of the environment that people know by its name.
func comparableEnv(e aurea.Environment) aurea.Environment {
	e.Digest, e.Version, e.MemoryBytes = "", "", 0
	return e
}

// warnOfUnlike names every field in which the results are not all alike, and what
// either side has there.
func (c *Comparison) warnOfUnlike(code string, base, head []*aurea.Result, of func(*aurea.Result) any) {
	inBase, inHead := flattened(base, of), flattened(head, of)
	fields := map[string]bool{}
	for _, one := range slices.Concat(inBase, inHead) {
		for field := range one {
			fields[field] = true
		}
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		has, had := distinct(inHead, field), distinct(inBase, field)
		if all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(had, has)))); len(all) > 1 && len(had) > 0 && len(has) > 0 {
			c.add(code, field, "%s is %s in base and %s in head", field, listed(had), listed(has))
		}
	}
}

// warnOfSeeds wants the same seeds on both sides, where runs were given any; that
// each run has another is as it should be.
func (c *Comparison) warnOfSeeds(base, head []*aurea.Result) {
	of := func(r *aurea.Result) any { return map[string]any{"seed": r.Spec.Seed} }
	had, has := distinct(flattened(base, of), "seed"), distinct(flattened(head, of), "seed")
	if len(had) > 0 && len(has) > 0 && !slices.Equal(slices.Sorted(slices.Values(had)), slices.Sorted(slices.Values(has))) {
		c.add("unlike_seed", "seed", "the seed is %s in base and %s in head: other seeds make other jobs", listed(had), listed(has))
	}
}

// distinct are the values that a field has.
func distinct(flattened []map[string]string, field string) []string {
	var values []string
	for _, one := range flattened {
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

// listed are the first few values.
func listed(values []string) string {
	const few = 3
	if len(values) > few {
		return strings.Join(values[:few], ", ") + fmt.Sprintf(" and %d others", len(values)-few)
	}
	return strings.Join(values, ", ")
}

// flattened has every value of every result's JSON by its path, such as
// "workload.duration".
func flattened(results []*aurea.Result, of func(*aurea.Result) any) []map[string]string {
	all := make([]map[string]string, len(results))
	for i, r := range results {
		all[i] = map[string]string{}
		encoded, _ := json.Marshal(of(r)) // a spec and an environment were read from JSON, or can be written
		decoder := json.NewDecoder(bytes.NewReader(encoded))
		decoder.UseNumber()
		var value any
		_ = decoder.Decode(&value)
		flatten(all[i], "", value)
	}
	return all
}

func flatten(into map[string]string, at string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			flatten(into, param.Join(at, name), member)
		}
	case []any:
		for i, item := range value {
			flatten(into, fmt.Sprintf("%s[%d]", at, i), item)
		}
	case string:
		into[at] = cmp.Or(value, "none")
	case nil:
		into[at] = "not given"
	default:
		into[at] = param.Describe(value)
	}
}
