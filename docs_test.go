package aurea

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// What a request may say, what a result does say, and why it may be doubted:
// all of it is in docs/api.md.
func TestDocsAreComplete(t *testing.T) {
	content, err := os.ReadFile("docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	request, rest, _ := strings.Cut(string(content), "## The result")
	result, validity, _ := strings.Cut(rest, "### Validity")
	for _, p := range SpecParameters() {
		if !strings.Contains(request, "`"+p.Name+"`") {
			t.Errorf("docs/api.md does not say what %s is", p.Name)
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Result]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "-" && !strings.Contains(result, "`"+name+"`") {
			t.Errorf("docs/api.md does not say what %s in a result is", name)
		}
	}
	for _, d := range doubts {
		if !strings.Contains(validity, "| `"+d.code+"` | "+string(d.state)+" |") {
			t.Errorf("docs/api.md does not say when a result is %s by %s", d.state, d.code)
		}
	}
}
