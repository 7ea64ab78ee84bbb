package deploy_test

import (
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// With a base the action runs the real aurea ab: it fails on a slower version,
// passes a faster one, and says what was wrong with a spec.
func TestActionComparesRealVersions(t *testing.T) {
	a := readAction(t)
	const spec = "num_jobs: 20\nconcurrency: 20\nworkload: {kind: sleep, jitter: 0, duration: "
	for what, test := range map[string]struct {
		spec, base string
		code       int
		summary    string
	}{
		"slower":  {"slow.yaml", "fast.yaml", 3, "### fast.yaml → slow.yaml: regression\n"},
		"faster":  {"fast.yaml", "slow.yaml", 0, "### slow.yaml → fast.yaml: "},
		"no base": {"fast.yaml", "nowhere.yaml", 2, ""},
	} {
		t.Run(what, func(t *testing.T) {
			j := newJob(t, a, map[string]string{"spec": test.spec, "base": test.base, "runs": "6",
				"args": `--quiet --no-history --fail-on "p50 > +100%"`})
			j.useBinary(aureatest.Binary(t))
			j.write("fast.yaml", spec+"1ms}\n", 0o600)
			j.write("slow.yaml", spec+"200ms}\n", 0o600)
			if code := runAction(j, withoutComment(a)); code != test.code {
				t.Errorf("it exits with %d, want %d", code, test.code)
			}
			if summary := j.file("summary"); !strings.HasPrefix(summary, test.summary) || test.summary == "" && summary != "" {
				t.Errorf("the summary is:\n%s\nwant one that begins with %q", summary, test.summary)
			}
		})
	}
}
