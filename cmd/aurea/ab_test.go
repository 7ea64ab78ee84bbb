package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/trials"
)

// sleepSpec writes a spec of few jobs that sleep.
func sleepSpec(t *testing.T, name, duration string) string {
	t.Helper()
	return writeTestFile(t, name, "num_jobs: 4\nworkload: {kind: sleep, jitter: 0, duration: "+duration+"}\n")
}

// A version that takes far longer is a regression, found early, in every form.
func TestAB(t *testing.T) {
	old, slow := sleepSpec(t, "old.yaml", "1ms"), sleepSpec(t, "new.yaml", "150ms")
	dir := t.TempDir()
	args := []string{"ab", old, slow, "-n", "8", "--seed", "7"}
	for _, form := range comparisonForms() {
		args = append(args, "-o", form+"="+filepath.Join(dir, form))
	}
	code, stdout, stderr := runCommand(t, "", args...)
	checkExit(t, "aurea ab", code, exitThreshold, stderr)
	checkContains(t, "standard error", stderr,
		"A: "+old+"\nB: "+slow+"\nup to 8 runs of each in random order, seed 7\n", "1 of 8, A: ", "of 8, B: ",
		"of each: regression\n", "aurea: a regression: worse by evidence in throughput")
	if stdout != "" {
		t.Errorf("standard output has %q", stdout)
	}
	read := func(form string) string {
		content, err := os.ReadFile(filepath.Join(dir, form))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	checkContains(t, "the text", read("text"), "verdict  regression\n", "\norder    ",
		"\nseed     7\n", "\nstopped  after ")
	checkContains(t, "the Markdown", read("markdown"), ": regression\n")
	checkContains(t, "the HTML", read("html"), `<span class="badge bad">regression</span>`, "base_results")
	checkContains(t, "the JUnit", read("junit"), `<failure type="regression"`)
	var outcome trials.Outcome
	if err := json.Unmarshal([]byte(read("json")), &outcome); err != nil {
		t.Fatal(err)
	}
	pairs := len(outcome.Order)
	if !outcome.Stopped || pairs < compare.FewestRuns || pairs > 7 {
		t.Errorf("stopped early %t after %d pairs of 8", outcome.Stopped, pairs)
	}
	if base, head := len(outcome.BaseResults), len(outcome.HeadResults); base != pairs || head != pairs {
		t.Errorf("%d results of A and %d of B, want %d of each", base, head, pairs)
	}
	if outcome.Verdict != compare.Regression || outcome.Planned != 8 {
		t.Errorf("the verdict is %s, of %d planned", outcome.Verdict, outcome.Planned)
	}
	code, _, stderr = runCommand(t, "", "ab", slow, old, "-n", "6", "-q")
	checkExit(t, "aurea ab, swapped", code, exitOK, stderr)
	code, _, stderr = runCommand(t, "", "ab", old, slow, "-n", "3", "-q")
	checkExit(t, "aurea ab -n 3", code, exitEvidence, stderr)
	checkContains(t, "aurea ab -n 3", stderr, "it takes 4 runs of each to tell any difference from chance")
}

// The sides are values of --set, and --fail-on alone decides.
func TestABSets(t *testing.T) {
	spec := sleepSpec(t, "spec.yaml", "1ms")
	code, text, stderr := runCommand(t, "", "ab", spec, "--set", "workload.duration=1ms",
		"--set", "workload.duration=90ms",
		"-n", "6", "-q", "--fail-on", "p50 > +5%")
	checkExit(t, "two values", code, exitThreshold, stderr)
	checkContains(t, "two values", stderr, "aurea: fails on p50 > +5%")
	checkContains(t, "two values", text, "runs of workload.duration=90ms", "FAIL  p50 > +5%")
	code, text, stderr = runCommand(t, "", "ab", spec, "--set-b", "workload.duration=90ms", "--set", "num_jobs=2",
		"-n", "6", "-q", "--fail-on", "error_rate > +1%", "-o", "json")
	checkExit(t, "the other condition", code, exitOK, stderr)
	var outcome trials.Outcome
	if err := json.Unmarshal([]byte(text), &outcome); err != nil {
		t.Fatal(err)
	}
	want := []compare.ConditionResult{{Expression: "error_rate > +1%", Metric: "error_rate",
		State: compare.ConditionMet}}
	if diff := cmp.Diff(want, outcome.Conditions); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
	if ok := outcome.BaseResults[0].Counts.OK; ok != 2 {
		t.Errorf("--set of both: %d jobs, want 2", ok)
	}
}

// The system under test is started before each run and gone after it.
func TestABStart(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close() // it only found a port
	start := func(name string) string {
		return fmt.Sprintf("exec %s serve --listen %s --data %s", aureatest.Binary(t), address,
			filepath.Join(t.TempDir(), name))
	}
	code, text, stderr := runCommand(t, "", "ab", "http://"+address+"/livez", "--jobs", "3",
		"-n", "2", "-q", "-o", "json",
		"--ready", "http://"+address+"/readyz", "--start", start("a"), "--start", start("b"))
	checkExit(t, "aurea ab --start", code, exitEvidence, stderr)
	var outcome trials.Outcome
	if err := json.Unmarshal([]byte(text), &outcome); err != nil {
		t.Fatal(err)
	}
	for _, r := range append(outcome.BaseResults, outcome.HeadResults...) {
		if r.Counts.OK != 3 {
			t.Errorf("%s has %d ok of 3", r.ID, r.Counts.OK)
		}
	}
	if all := len(outcome.BaseResults) + len(outcome.HeadResults); all != 4 {
		t.Errorf("%d runs, want 4", all)
	}
	code, _, stderr = runCommand(t, "", "ab", "http://"+address+"/", "http://"+address+"/",
		"--jobs", "3", "-n", "2", "-q",
		"--start", "echo no such version; exit 9")
	checkExit(t, "a system that ends", code, exitFailure, stderr)
	checkContains(t, "a system that ends", stderr, "ended before it was ready at "+address,
		"it printed: no such version")
}

func TestABErrors(t *testing.T) {
	spec := sleepSpec(t, "spec.yaml", "1ms")
	repeated := writeTestFile(t, "repeated.yaml", "num_jobs: 4\nrepeat: 3\n")
	for _, test := range []struct{ args, want string }{
		{spec, "aurea: there is nothing to compare A with: give B, or two values of --set"},
		{spec + " --set num_jobs=3", "aurea: there is nothing to compare A with"},
		{spec + " " + spec + " -n 0", "aurea: -n must be from 1 to 100 runs of each side; got 0"},
		{spec + " " + spec + " -n 101", "aurea: -n must be from 1 to 100 runs of each side; got 101"},
		{spec + " " + repeated, "aurea: B has a repeat, and aurea ab repeats every run: leave it out, and use -n"},
		{spec + " " + spec + " --start true",
			"aurea: --start needs to know where the system will listen: --ready must be a URL"},
		{spec + " --start a --start b --start c",
			"aurea: --start is given once for both sides, or once for each; got 3"},
		{"- -", "aurea: standard input can be A or B, not both"},
		{spec + " " + spec + " --set-b num_jobs=x", "aurea: B: --set-b num_jobs: must be an integer"},
		{spec + " /nowhere.yaml", "aurea: cannot read the spec: open /nowhere.yaml: no such file or directory"},
		{spec + " " + spec + " --threshold 7", "aurea: --threshold must be a share from 0 to 1"},
		{spec + " " + spec + " -o pdf", "aurea: -o must be one of html, json, junit, markdown, text"},
	} {
		code, stdout, stderr := runCommand(t, "", append([]string{"ab"}, strings.Fields(test.args)...)...)
		checkExit(t, test.args, code, exitUsage, stderr)
		checkContains(t, test.args, stderr, test.want)
		if stdout != "" {
			t.Errorf("%s: standard output has %q", test.args, stdout)
		}
	}
}
