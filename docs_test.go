package aurea

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Every metric that is compared and every warning is in the documentation.
func TestCompareDocsAreComplete(t *testing.T) {
	content, err := os.ReadFile("docs/compare.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range metrics {
		if !strings.Contains(string(content), m.name) {
			t.Errorf("docs/compare.md does not name %s", m.name)
		}
	}
	warned := 0
	for _, file := range []string{"compare.go", "warning.go", "likeness.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile(`c\.(?:add|warnOfUnlike)\("([a-z_]+)"`).FindAllSubmatch(source, -1) {
			warned++
			if !strings.Contains(string(content), "`"+string(code[1])+"`") {
				t.Errorf("docs/compare.md does not say what %s is", code[1])
			}
		}
	}
	if warned < 10 {
		t.Errorf("only %d warnings were found in the source", warned)
	}
}

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
