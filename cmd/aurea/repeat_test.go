package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// decodeSet decodes a set of runs.
func decodeSet(t *testing.T, text string) compare.Set {
	t.Helper()
	var set compare.Set
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return set
}

// A spec is run several times, by a flag or by its own field, here or at a
// server; compare reads the set.
func TestRepeat(t *testing.T) {
	url, _ := aureatest.Serve(t)
	spec := writeTestFile(t, "spec.yaml",
		"num_jobs: 3\nworkload: {kind: noop}\nseed: 7\nrepeat: {times: 9, cooldown: 1ms}\n")
	code, stdout, stderr := runCommand(t, "", "run", spec, "-o", "json")
	checkExit(t, "from the file", code, exitOK, stderr)
	set := decodeSet(t, stdout)
	if set.Times != 9 || set.Cooldown != 0.001 || len(set.Results) != 9 {
		t.Errorf("from the file: %d times, cool-down %v, %d results", set.Times, set.Cooldown, len(set.Results))
	}
	if r := set.Results[8]; r.Seed != 7 || r.Spec.Repeat != nil || r.Counts.OK != 3 {
		t.Errorf("the last result is of the seed %d, repeat %v, %d ok", r.Seed, r.Spec.Repeat, r.Counts.OK)
	}
	checkContains(t, "standard error", stderr, "run 9 of 9: ")
	code, text, stderr := runCommand(t, "", "run", spec, "--repeat", "2", "--server", url)
	checkExit(t, "at a server", code, exitOK, stderr)
	checkContains(t, "at a server", text, "runs       2 of 2\ncool-down  1ms\n", "mean_latency", "varies by")
	file := writeTestFile(t, "set.json", stdout)
	code, text, stderr = runCommand(t, "", "compare", file, file)
	if code != exitOK && code != exitEvidence { // as noisy as the runs are
		t.Errorf("compared: exit %d; standard error has %q", code, stderr)
	}
	checkContains(t, "compared", text, "base     9 runs of ")
}

// The exit code is the one of the worst run.
func TestRepeatExit(t *testing.T) {
	for _, test := range []struct {
		args         []string
		code         int
		stdout, want string
	}{
		{[]string{"--threshold", "p99 < 1h"}, exitOK, "passed  2 of 2", ""},
		{[]string{"--threshold", "p99 < 1ns"}, exitThreshold, "passed  0 of 2",
			"aurea: a threshold failed in 2 of 2 runs"},
		{[]string{"--set", `workload={"kind":"noop","failure":{"rate":1}}`, "--set", "job_duration_ms=null"},
			exitInvalid, "runs  2 of 2",
			"aurea: the measurement is invalid in 2 of 2 runs"},
	} {
		args := append([]string{"run", "--jobs", "3", "--job-duration", "1ms", "--repeat", "2", "-q"}, test.args...)
		code, stdout, stderr := runCommand(t, "", args...)
		checkExit(t, fmt.Sprint(test.args), code, test.code, stderr)
		checkContains(t, fmt.Sprint(test.args), stdout, test.stdout)
		checkContains(t, fmt.Sprint(test.args), stderr, test.want)
	}
}

func TestRepeatErrors(t *testing.T) {
	url, _ := aureatest.Serve(t)
	for _, test := range []struct{ args, want string }{
		{"--repeat 0",
			`aurea: --repeat: must be a number of runs from 1 to 1000, or an object such as {"times": 5, "cooldown": ` +
				`"2s"}; got 0`},
		{"--repeat 1001", `aurea: --repeat: must be a number of runs from 1 to 1000`},
		{"--repeat 2 --cooldown 2", `aurea: --cooldown: must be a duration`},
		{"--cooldown 2s", `aurea: --cooldown is the wait between runs and needs --repeat; see aurea`},
		{"--repeat 2 -o junit", `aurea: -o of a repeat must be one of html, json, markdown, text; got "junit"`},
	} {
		args := append([]string{"run", "--jobs", "3", "--workload", "noop"}, strings.Fields(test.args)...)
		code, _, stderr := runCommand(t, "", args...)
		checkExit(t, test.args, code, exitUsage, stderr)
		checkContains(t, test.args, stderr, test.want)
	}
	for _, path := range []string{"/v1/runs", "/benchmark/run"} {
		got := post(t, url+path, `{"num_jobs": 3, "repeat": 2}`)
		checkContains(t, path, got, `"status":400`, `is not possible here, where a spec is one run`,
			`"location":"body.repeat"`)
	}
	var run aurea.Run
	if err := json.Unmarshal([]byte(post(t, url+"/v1/runs", `{"num_jobs": 3, "repeat": 1}`)), &run); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&aurea.Repeat{Times: 1}, run.Spec.Repeat); diff != "" {
		t.Errorf("a repeat of 1 (-want +got):\n%s", diff)
	}
}
