package main

import (
	"strings"
	"testing"
)

// Variables are defaults, which the scenarios of a file have themselves: the run
// goes on without them, and says so. What no scenario has is used or refused.
func TestVariablesBesideScenarios(t *testing.T) {
	spec := writeTestFile(t, "spec.yaml", `
scenarios:
  - {name: a, num_jobs: 2, job_duration_ms: 1}
  - {name: b, num_jobs: 3, workload: {kind: noop}}
`)
	for _, test := range []struct {
		variables string // NAME=value, separated by spaces
		code      int
		want      string // on standard error
	}{
		{"AUREA_JOBS=5", exitOK, "not used, as each scenario has its own: AUREA_JOBS\n"},
		{"AUREA_RATE=5 AUREA_CONCURRENCY=7 AUREA_TIMEOUT=1s", exitOK,
			"not used, as each scenario has its own: AUREA_CONCURRENCY, AUREA_RATE, AUREA_TIMEOUT\n"},
		{"AUREA_JOB_DURATION=1s AUREA_PARAM=cv=1", exitOK,
			"not used, as each scenario has its own: AUREA_JOB_DURATION, AUREA_PARAM\n"},
		{"AUREA_SPEC_CHECK_WORKLOAD=noop AUREA_HEADER=A:b", exitOK,
			"not used, as each scenario has its own: AUREA_SPEC_CHECK_WORKLOAD, AUREA_HEADER\n"},
		{"AUREA_SEED=4", exitOK, ""},
		{"AUREA_WORKERS=2", exitUsage, "AUREA_WORKERS: cannot be combined with scenarios"},
	} {
		t.Run(test.variables, func(t *testing.T) {
			for _, variable := range strings.Fields(test.variables) {
				name, value, _ := strings.Cut(variable, "=")
				t.Setenv(name, value)
			}
			code, stdout, stderr := runCommand(t, "", "spec", "check", spec)
			checkExit(t, "the check", code, test.code, stderr)
			if test.code != exitOK {
				checkContains(t, "the error", stderr, test.want)
				return
			}
			if stderr != test.want {
				t.Errorf("standard error has %q, want %q", stderr, test.want)
			}
			checkContains(t, "the forecast", stdout, "jobs: 2", "jobs: 3")
		})
	}
	for _, args := range [][]string{{"--param", "cv=1"}, {"--header", "A: b"}} {
		code, _, stderr := runCommand(t, "", append([]string{"spec", "check", spec}, args...)...)
		checkExit(t, args[0], code, exitUsage, stderr)
		want := " is for a spec with one workload, and each scenario has its own; write --set 'scenarios[0].workload."
		checkContains(t, "the error", stderr, args[0]+want)
	}
}
