package compare

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// docs/compare.md names every compared metric and every warning.
func TestDocsAreComplete(t *testing.T) {
	content, err := os.ReadFile("../docs/compare.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range metrics {
		if !strings.Contains(string(content), m.name) {
			t.Errorf("docs/compare.md does not name %s", m.name)
		}
	}
	codes := []string{}
	for _, field := range mustMatch {
		codes = append(codes, field.code)
	}
	for _, file := range []string{"compare.go", "warning.go", "comparability.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile(`c\.warnf\(\s*"([a-z_]+)"`).FindAllSubmatch(source, -1) {
			codes = append(codes, string(code[1]))
		}
	}
	for _, code := range codes {
		if !strings.Contains(string(content), "`"+code+"`") {
			t.Errorf("docs/compare.md does not explain %s", code)
		}
	}
	if len(codes) < 10 {
		t.Errorf("only %d warnings were found in the source", len(codes))
	}
}
