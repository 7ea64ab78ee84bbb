package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A check says what the spec would do, on this machine and at a server alike,
// and runs nothing.
func TestSpecCheck(t *testing.T) {
	spec := writeTestFile(t, "spec.yaml", "rate: 10\nworkload: {kind: noop}\nstages: [{duration: 10s, rate: 30}]\n")
	url, _ := aureatest.Serve(t)
	decoded, err := aurea.DecodeSpec([]byte(`{"rate": 10, "workload": {"kind": "noop"}, "stages": [
		{"duration": "10s", "rate": 30}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := aurea.NewPlan(decoded, 0).Forecast()
	if *want.PlannedJobs != 200 {
		t.Fatalf("%d jobs are planned, want 200", *want.PlannedJobs)
	}
	for _, where := range [][]string{nil, {"--server", url}} {
		code, stdout, stderr := runCommand(t, "", append([]string{"spec", "check", spec, "-o", "json"}, where...)...)
		checkExit(t, "aurea spec check", code, exitOK, stderr)
		var got aurea.Forecast
		if err := json.Unmarshal([]byte(stdout), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v: the forecast (-want +got):\n%s", where, diff)
		}
	}
	code, stdout, stderr := runCommand(t, "", "spec", "check", spec)
	checkExit(t, "aurea spec check", code, exitOK, stderr)
	checkContains(t, "the text", stdout, "jobs      200\n", "duration  10s, ",
		"load      10 to 30 jobs a second\n", "30 ┤")
	code, stdout, stderr = runCommand(t, "", "runs", "list", "--server", url, "-o", "json")
	checkExit(t, "aurea runs list", code, exitOK, stderr)
	checkContains(t, "the runs of the server", stdout, `"runs": []`)
}

// A check says which load a URL alone is, and refuses what a run refuses.
func TestSpecCheckAsRun(t *testing.T) {
	code, stdout, stderr := runCommand(t, "", "spec", "check", "http://127.0.0.1:1/")
	checkExit(t, "aurea spec check URL", code, exitOK, stderr)
	checkContains(t, "the text", stdout, "jobs      200\n", "load      50 in flight\n")
	checkContains(t, "standard error", stderr, "200 requests, 50 in flight; change with -n, -c\n")
	for _, args := range []string{"-n ten", "-n 1 --workload nop", "/nowhere.yaml", "-n 1 --workers 3", "-n 1 -o xml", ""} {
		code, _, stderr := runCommand(t, "", append([]string{"spec", "check"}, strings.Fields(args)...)...)
		checkExit(t, "aurea spec check "+args, code, exitUsage, stderr)
	}
}

// The example specs pass the check.
func TestSpecCheckExamples(t *testing.T) {
	for _, spec := range exampleSpecs(t) {
		code, _, stderr := runCommand(t, "", "spec", "check", spec)
		checkExit(t, spec, code, exitOK, stderr)
	}
}

// exampleSpecs returns the files of the example specs.
func exampleSpecs(t *testing.T) []string {
	t.Helper()
	specs, err := filepath.Glob("../../examples/specs/*.yaml")
	if err != nil || len(specs) == 0 {
		t.Fatalf("%d example specs: %v", len(specs), err)
	}
	return specs
}
