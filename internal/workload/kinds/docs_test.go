package kinds_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/param"
)

// docs/workloads.md has a section for every kind, which describes each of its
// parameters.
func TestDocs(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(aureatest.Root(), "docs", "workloads.md"))
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for section := range strings.SplitSeq(string(content), "\n## ") {
		name, text, _ := strings.Cut(section, "\n")
		sections[name] = text
	}
	for _, k := range kinds.New(everything(t)).Kinds() {
		for _, p := range k.Parameters {
			if p.Name != "failure" && !strings.Contains(sections[k.Name], "`"+p.Name+"`") {
				t.Errorf("docs/workloads.md does not describe %s of %s", p.Name, k.Name)
			}
		}
		if _, ok := sections[k.Name]; !ok {
			t.Errorf("docs/workloads.md has no section %s", k.Name)
		}
	}
	for _, p := range failureMembers(t) {
		if !strings.Contains(sections["Failures on purpose"], "`failure."+p.Name+"`") {
			t.Errorf("docs/workloads.md does not describe %s of a failure", p.Name)
		}
	}
}

// failureMembers returns the members of the parameter that every kind takes.
func failureMembers(t *testing.T) []param.Parameter {
	t.Helper()
	for _, p := range kinds.New(kinds.Options{}).Parameters("noop") {
		if p.Name == "failure" {
			return p.Members
		}
	}
	t.Fatal("noop has no parameter failure")
	return nil
}
