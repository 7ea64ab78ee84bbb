package aurea

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// docs/api.md describes every field of a spec and of a result, and every reason
// of its validity.
func TestDocsAreComplete(t *testing.T) {
	content, err := os.ReadFile("docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	request, rest, _ := strings.Cut(string(content), "## The result")
	result, validity, _ := strings.Cut(rest, "### Validity")
	for _, p := range SpecParameters() {
		if !strings.Contains(request, "`"+p.Name+"`") {
			t.Errorf("docs/api.md does not describe %s of a spec", p.Name)
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Result]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "-" && !strings.Contains(result, "`"+name+"`") {
			t.Errorf("docs/api.md does not describe %s of a result", name)
		}
	}
	for _, c := range validityChecks {
		if !strings.Contains(validity, "| `"+c.code+"` | "+string(c.state)+" |") {
			t.Errorf("docs/api.md does not describe %s, which makes a result %s", c.code, c.state)
		}
	}
}
