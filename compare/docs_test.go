package compare

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every metric that is compared and every warning is in the documentation.
func TestCompareDocsAreComplete(t *testing.T) {
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
