package report

import (
	"reflect"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A member of the spec has a flag, or the whole spec is named as a file: none is
// left out of the command that repeats a run.
func TestNoMemberIsLeftOutOfTheCommand(t *testing.T) {
	elsewhere := map[string]string{
		"Seed":        "it is the result's",
		"IncludeJobs": "the command has its own default",
		"Repeat":      "a result is of one run",
		"Secrets":     "they are masked, and a masked value is not given",
	}
	filled := map[string]any{
		"Stages": []aurea.Stage{{}}, "Pricing": &aurea.Pricing{}, "Data": &aurea.Data{}, "Replay": &aurea.Replay{},
		"Scenarios": []aurea.Scenario{{}}, "Thresholds": []aurea.Threshold{{Expression: "p99 < 1s"}},
		"Workload": &aurea.Workload{Kind: "noop"}, "Workers": &aurea.Placement{Count: 2},
		"Labels": map[string]string{"a": "b"}, "JobDurationMS": new(float64),
	}
	members := reflect.TypeFor[aurea.Spec]()
	for i := range members.NumField() {
		name := members.Field(i).Name
		if elsewhere[name] != "" {
			continue
		}
		var spec aurea.Spec
		member := reflect.ValueOf(&spec).Elem().Field(i)
		switch value, ok := filled[name]; {
		case ok:
			member.Set(reflect.ValueOf(value))
		case member.Kind() == reflect.String:
			member.SetString("x")
		case member.CanInt():
			member.SetInt(1e9)
		default:
			member.SetFloat(0.5)
		}
		if line, ok := specFlags(spec); ok && len(line) == 0 {
			t.Errorf("%s is left out", name)
		}
	}
}
