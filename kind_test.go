package aurea

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/param"
)

// A schema has its members in the order of their declaration, also in JSON, so
// that a form can follow it.
func TestSchemaOrder(t *testing.T) {
	kind := Kind{Name: "zoo", Doc: "has them", Parameters: []param.Parameter{
		{Name: "zebra", Type: param.Text},
		{Name: "ape", Type: param.Object, Members: []param.Parameter{
			{Name: "tail", Type: param.Boolean, Required: true},
			{Name: "arm", Type: param.Boolean},
		}},
		{Name: "lion", Type: param.KindType, Members: []param.Parameter{{Name: "name", Type: param.Text}}},
	}}
	encoded, err := json.Marshal(kind.Schema())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, match := range regexp.MustCompile(`"(\w+)":\{`).FindAllStringSubmatch(string(encoded), -1) {
		names = append(names, match[1])
	}
	want := []string{"properties", "kind", "zebra", "ape", "properties", "tail", "arm", "lion", "properties", "kind",
		"name"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, encoded)
	}
	var decoded map[string]any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	properties := decoded["properties"].(map[string]any)
	if got := properties["kind"].(map[string]any)["const"]; got != "zoo" {
		t.Errorf("the kind is %v", got)
	}
	open := properties["lion"].(map[string]any)["additionalProperties"]
	closed := properties["ape"].(map[string]any)["additionalProperties"]
	if open != nil || closed != false {
		t.Errorf("additional members: of a workload %v, of an object %v; want nil and false", open, closed)
	}
}
