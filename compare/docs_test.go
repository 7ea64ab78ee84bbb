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
	warned := 0
	for _, file := range []string{"compare.go", "warning.go", "conditions.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile(`c\.warn(?:f|Unlike)\(\s*"([a-z_]+)"`).FindAllSubmatch(source, -1) {
			warned++
			if !strings.Contains(string(content), "`"+string(code[1])+"`") {
				t.Errorf("docs/compare.md does not explain %s", code[1])
			}
		}
	}
	if warned < 10 {
		t.Errorf("only %d warnings were found in the source", warned)
	}
}
