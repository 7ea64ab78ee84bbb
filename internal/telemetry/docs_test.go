package telemetry

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// docs/metrics.md lists every attribute and phase of a trace, and no other
// attribute.
func TestDocsDescribeTheTrace(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(aureatest.Root(), "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, match := range regexp.MustCompile("`(aurea\\.[a-z0-9.]+[A-Z]*)`").FindAllStringSubmatch(string(content),
		-1) {
		documented[match[1]] = true
	}
	recorded := map[string]bool{}
	for _, a := range append(attributes(completed()), jobAttributes("", aurea.TracedJob{})...) {
		name := string(a.Key)
		switch {
		case strings.HasPrefix(name, "aurea.label."):
			name = "aurea.label.KEY"
		case strings.HasPrefix(name, "aurea.jobs.") && name != "aurea.jobs.planned":
			name = "aurea.jobs.OUTCOME"
		}
		recorded[name] = true
		if !documented[name] {
			t.Errorf("docs/metrics.md does not list %s", name)
		}
	}
	for name := range documented {
		if !recorded[name] {
			t.Errorf("docs/metrics.md lists %s, which does not exist", name)
		}
	}
	for _, p := range phases(completed()) {
		if !strings.Contains(string(content), "`"+p.name+"`") {
			t.Errorf("docs/metrics.md does not list the phase %s", p.name)
		}
	}
}
