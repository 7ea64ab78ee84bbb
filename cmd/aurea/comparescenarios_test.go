package main

import (
	"path/filepath"
	"testing"
)

// aurea compare has a row for each metric of a scenario, and --fail-on names it as
// the row does.
func TestCompareScenarios(t *testing.T) {
	spec := writeTestFile(t, "spec.yaml", `
scenarios:
  - {name: sign_in, num_jobs: 20, job_duration_ms: 1}
  - {name: browse, num_jobs: 20, job_duration_ms: 1}
`)
	result := filepath.Join(t.TempDir(), "result.json")
	code, _, stderr := runCommand(t, "", "run", spec, "-q", "--no-history", "-o", "json="+result)
	checkExit(t, "the run", code, exitOK, stderr)
	for failOn, code := range map[string]int{
		"scenarios.sign_in.p50 > +5%": exitEvidence, "scenarios.browse.error_rate > +1%": exitEvidence,
		"scenarios.sign_in.p98 > +5%": exitUsage,
	} {
		got, stdout, stderr := runCommand(t, "", "compare", result, result, "--fail-on", failOn)
		checkExit(t, failOn, got, code, stderr)
		if code == exitUsage {
			checkContains(t, "the error", stderr, "and those of a scenario, such as scenarios.login.p99")
			continue
		}
		checkContains(t, "the comparison", stdout, "scenarios.sign_in.throughput", "scenarios.browse.p50", failOn)
	}
}
