package main

import (
	"maps"
	"slices"
	"strings"
)

const defaultsField = "defaults"

// dropDefaults removes the defaults of kinds that no workload has: files that
// extend one another share them. DecodeSpec refuses those of unknown kinds.
func (d *specDocument) dropDefaults() {
	families, ok := d.fields[defaultsField].(map[string]any)
	if !ok {
		return
	}
	used := map[string]bool{}
	addKinds(d.fields["workload"], used)
	addKinds(d.fields["scenarios"], used)
	families = maps.Clone(families)
	maps.DeleteFunc(families, func(kind string, _ any) bool {
		return !used[kind] && everyKind.Parameters(kind) != nil
	})
	if d.fields[defaultsField] = families; len(families) == 0 {
		delete(d.fields, defaultsField)
	}
}

// addKinds adds the kinds of a workload, its parts and its steps.
func addKinds(value any, kinds map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		if kind, ok := value["kind"].(string); ok {
			kinds[kind] = true
		}
		for _, name := range []string{"workload", "parts", "steps"} {
			addKinds(value[name], kinds)
		}
	case []any:
		for _, item := range value {
			addKinds(item, kinds)
		}
	}
}

// inheritedFrom returns the location in the defaults of a parameter that a workload
// inherits; any other location as it is.
func (d *specDocument) inheritedFrom(location string) string {
	families, ok := d.fields[defaultsField].(map[string]any)
	ofWorkload := strings.HasPrefix(location, "workload") || strings.HasPrefix(location, "scenarios[")
	if !ok || !ofWorkload || holds(d.fields, location) {
		return location
	}
	prefixes := []string{}
	for i := range location {
		if location[i] == '.' {
			prefixes = append(prefixes, location[:i])
		}
	}
	slices.Reverse(prefixes) // the innermost workload first
	for _, prefix := range prefixes {
		workload, _ := valueAt(d.fields, prefix).(map[string]any)
		kind, ok := workload["kind"].(string)
		if rest := location[len(prefix)+1:]; ok && holds(families[kind], rest) {
			return defaultsField + "." + kind + "." + rest
		}
	}
	return location
}
