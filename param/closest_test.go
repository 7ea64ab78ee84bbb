package param_test

import (
	"testing"

	"github.com/aurea-orchestrator/aurea/param"
)

func TestClosest(t *testing.T) {
	options := []string{"run", "runs", "report", "search", "spec", "compare"}
	for name, want := range map[string]string{
		"rnu":  "run", // two letters swapped
		"rn":   "run", // one left out
		"sepc": "spec",
		"RUNS": "runs",
		"xyz":  "", // nothing like it
		"":     "",
	} {
		if got := param.Closest(name, options); got != want {
			t.Errorf("closest to %q: %q, want %q", name, got, want)
		}
	}
}
