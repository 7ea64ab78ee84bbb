package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// resultsFile writes the results of n runs. From the run with the number slow on
// they are slower.
func resultsFile(t *testing.T, n, slow int) string {
	t.Helper()
	var lines strings.Builder
	for i := range n {
		latency := 0.005 + 0.00001*float64(i%3)
		if i >= slow {
			latency *= 1.1
		}
		fmt.Fprintf(&lines, `{"benchmark_id": "benchmark-0199c1de-7c00-7000-8000-%012d", "name": "search",
			"status": "completed", "counts": {"planned": 2000, "ok": 2000}, "throughput": %v, "mean_latency": %v,
			"latency": {"count": 2000, "p50": %v, "p99": %v}, "spec": {"num_jobs": 2000},
			"start_time": "2026-09-%02dT08:00:00Z", "validity": {"state": "valid", "reasons": []}}`+"\n",
			i, 8/latency, latency, latency, 2*latency, i+1)
	}
	return writeTestFile(t, "results.json", lines.String())
}

// The trend as text: a line for each metric, and below it the changes by run.
func TestTrendText(t *testing.T) {
	file := resultsFile(t, 20, 14)
	code, stdout, stderr := runCommand(t, "", "trend", file)
	checkExit(t, "trend", code, exitOK, stderr)
	want := `: 20 runs, 2026-09-01 08:00 to 2026-09-20 08:00

            oldest to newest      newest   lowest  highest
throughput  ██████████████▁▁▁▁▁▁  1452/s   1449/s  1600/s
p50         ▁▁▁▁▁▁▁▁▁▁▁▁▁▁██████  5.511ms  5ms     5.522ms
p99         ▁▁▁▁▁▁▁▁▁▁▁▁▁▁██████  11.02ms  10ms    11.04ms
error_rate  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  0%       0%      0%

benchmark-0199c1de-7c00-7000-8000-000000000014, 2026-09-15 08:00
  throughput  1597/s → 1452/s    -9.1%   p 0.001  worse
  p50         5.01ms → 5.511ms   +10.0%  p 0.001  worse
  p99         10.02ms → 11.02ms  +10.0%  p 0.001  worse

medians of the runs before and after; p: chance of it without a change
`
	if diff := cmp.Diff(want, strings.TrimPrefix(stdout, file)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for line := range strings.Lines(strings.TrimPrefix(stdout, file)) {
		if n := utf8.RuneCountInString(line); n > 81 {
			t.Errorf("a line has %d columns: %s", n, line)
		}
	}
}

func TestTrendExit(t *testing.T) {
	changed, flat, few := resultsFile(t, 20, 14), resultsFile(t, 20, 20), resultsFile(t, 9, 5)
	for _, test := range []struct {
		args   []string
		code   int
		stderr string
	}{
		{[]string{changed}, exitOK, ""},
		{[]string{flat, "--fail-within", "20"}, exitOK, ""},
		{[]string{changed, "--fail-within", "5"}, exitOK, ""},
		{[]string{changed, "--fail-within", "6"}, exitThreshold,
			"aurea: became worse within the last 6 runs: throughput, p50, p99\n"},
		{[]string{few}, exitEvidence, "aurea: too few runs to find a change: there are 9, and it takes 10\n"},
		{[]string{changed, "--fail-within", "-1"}, exitUsage,
			"aurea: --fail-within must be at least 0; got -1; see aurea trend --help\n"},
		{[]string{changed, "--label", "a"}, exitUsage,
			"aurea: --label must be key=value; got \"a\"; see aurea trend --help\n"},
		{[]string{changed, "--label", "a=b"}, exitUsage,
			"aurea: --label selects stored runs; " + changed + " is a file or a directory; see aurea trend --help\n"},
		{[]string{changed, "-o", "html"}, exitUsage,
			`aurea: -o must be text or json; got "html"; see aurea trend --help` + "\n"},
	} {
		code, _, stderr := runCommand(t, "", append([]string{"trend"}, test.args...)...)
		checkExit(t, strings.Join(test.args[1:], " "), code, test.code, stderr)
		if stderr != test.stderr {
			t.Errorf("%q: stderr is %q, want %q", test.args[1:], stderr, test.stderr)
		}
	}
}

// The trend of a name at a service is what its API returns.
func TestTrendOfAService(t *testing.T) {
	url, _ := aureatest.Serve(t)
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	for range compare.MinTrendRuns {
		run := submit(t, service,
			`{"num_jobs": 2, "name": "search", "labels": {"branch": "main"}, "workload": {"kind": "noop"}}`)
		if _, err := service.Wait(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
	}
	want, err := service.Trend(t.Context(), "search", nil)
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runCommand(t, "", "trend", "search", "--server", url,
		"--label", "branch=main", "-o", "json")
	checkExit(t, "trend", code, exitOK, stderr)
	var got compare.Trend
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-API +command):\n%s", diff)
	}
	code, _, stderr = runCommand(t, "", "trend", "other", "--server", url)
	checkExit(t, "of no run", code, exitFailure, stderr)
	checkContains(t, "of no run", stderr, `there is no completed run named "other"`)
}
