package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A fault is a row of bugs.md: | R1 | what happened | what happens now | `go test …` |.
var (
	faultRow     = regexp.MustCompile(`^\| ([A-Z]\d+) \|.*\|$`)
	faultCommand = regexp.MustCompile("`go (?:-C \\w+ )?test -run '\\^\\(?([\\w|]+)\\)?\\$' (\\./[\\w./-]*)`")
)

// The tests that bugs.md names exist in the packages that it names.
func TestFaultsNameTheirTests(t *testing.T) {
	root := aureatest.Root()
	content, err := os.ReadFile(filepath.Join(root, "docs", "bugs.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, line := range strings.Split(string(content), "\n") {
		row := faultRow.FindStringSubmatch(line)
		if row == nil {
			continue
		}
		if seen[row[1]] {
			t.Errorf("bugs.md:%d: %s has a row already", i+1, row[1])
		}
		seen[row[1]] = true
		commands := faultCommand.FindAllStringSubmatch(line, -1)
		if len(commands) == 0 {
			t.Errorf("bugs.md:%d: %s names no command such as `go test -run '^TestName$' ./package`", i+1, row[1])
		}
		for _, command := range commands {
			if !hasTest(t, filepath.Join(root, command[2]), command[1]) {
				t.Errorf("bugs.md:%d: %s names %s, which is not a test of %s", i+1, row[1], command[1], command[2])
			}
		}
	}
}

// hasTest reports whether a test file of the folder declares the function.
func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
