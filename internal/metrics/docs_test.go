package metrics

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

var docsRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (\\w+) \\| (.*?) \\| (.*?) \\|$")

// docs/metrics.md lists exactly the table, with its types and labels.
func TestDocsListEveryMetric(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(aureatest.Root(), "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for _, match := range docsRow.FindAllStringSubmatch(string(content), -1) {
		documented[match[1]] = match[2] + " " + match[3]
	}
	for _, row := range table {
		want := kindOf(row) + " " + labelsOf(row)
		if got := documented[row.name]; got != want {
			t.Errorf("docs say %q of %s, the table says %q", got, row.name, want)
		}
		delete(documented, row.name)
	}
	for name := range documented {
		t.Errorf("docs list %s, which does not exist", name)
	}
}

// kindOf returns the type of a row's metric.
func kindOf(r row) string {
	switch {
	case r.histogram != nil:
		return "histogram"
	case r.kind == prometheus.CounterValue:
		return "counter"
	default:
		return "gauge"
	}
}

// labelsOf returns the labels of a row as the documentation lists them.
func labelsOf(r row) string {
	if len(r.labels) == 0 {
		return "–"
	}
	return "`" + strings.Join(r.labels, "`, `") + "`"
}
