package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// quickSearch are the flags of a search of runs that take a moment.
func quickSearch(flags ...string) []string {
	return append([]string{"search", "--workload", "noop", "-n", "4", "--cooldown", "0s", "-q"}, flags...)
}

// The command exits by the outcome of the search, and its JSON has the limit and
// the points.
func TestSearchExit(t *testing.T) {
	sleeps := writeTestFile(t, "spec.yaml",
		"workload: {kind: sleep, duration: 2ms}\nnum_jobs: 4\nthresholds: [error_rate < 1%]\n")
	for _, test := range []struct {
		args    []string
		code    int
		outcome aurea.SearchOutcome
		limit   *float64
		stderr  string
	}{
		{quickSearch("--objective", "p99 < 1h", "--concurrency", "1..4"), exitOK, aurea.AllHold, new(4.0), ""},
		{quickSearch("--objective", "throughput > 1e12", "--rate", "100..200"), exitThreshold, aurea.NoneHolds, nil,
			"aurea: not even the lowest load holds\n"},
		{[]string{"search", "--job-duration", "50ms", "-n", "9", "--cooldown", "0s",
			"-q", "--objective", "in_flight < 5", "-c", "1..64"}, exitOK, aurea.LimitFound, new(4.0), ""},
		{[]string{"search", sleeps, "-q", "--concurrency", "1..2", "--cooldown", "0s"}, exitOK,
			aurea.AllHold, new(2.0), ""},
		{[]string{"search", sleeps, "-q", "--duration", "1h", "--concurrency", "1..2"},
			exitEvidence, aurea.OutOfTime, nil,
			"aurea: the time was over before the limit was confirmed; --max-time allows more\n"},
	} {
		code, stdout, stderr := runCommand(t, "", append(test.args, "-o", "json")...)
		checkExit(t, strings.Join(test.args, " "), code, test.code, stderr)
		var s aurea.Search
		if err := json.Unmarshal([]byte(stdout), &s); err != nil {
			t.Fatalf("%q: %v in %q", test.args, err, stdout)
		}
		if s.Outcome != test.outcome {
			t.Errorf("%q: the outcome is %q, want %q", test.args, s.Outcome, test.outcome)
		}
		if diff := cmp.Diff(test.limit, s.Limit); diff != "" {
			t.Errorf("%q: limit (-want +got):\n%s", test.args, diff)
		}
		if stderr != test.stderr {
			t.Errorf("%q: stderr is %q, want %q", test.args, stderr, test.stderr)
		}
	}
}

// What is wrong is named by its flag.
func TestSearchUsage(t *testing.T) {
	for _, test := range []struct {
		args   []string
		stderr string
	}{
		{[]string{"--objective", "p99 < 1s"},
			"aurea: the loads to search are needed: --rate LO..HI or --concurrency LO..HI, such as --rate 100..100000; " +
				"see aurea search --help\n"},
		{[]string{"--objective", "p99 < 1s", "-c", "8"},
			`aurea: --concurrency must be a range to search, such as 100..100000; got "8"; see aurea search --help` + "\n"},
		{[]string{"--objective", "p99 < 1s", "-c", "1..8", "-r", "1..8"},
			"aurea: --concurrency: cannot be combined with --rate: a search is about one of the two\n"},
		{[]string{"--rate", "1..2"},
			`aurea: --objective: is needed: what a run must satisfy, such as "p99 < 250ms"` + "\n"},
		{[]string{"--objective", "p99 < 1s", "--rate", "2..1"},
			`aurea: --rate: must be two loads, the lower one first, such as "100..100000"; got "2..1"` + "\n"},
		{[]string{"--objective", "p99 < 1s", "--rate", "1..2", "--precision", "x"},
			`aurea: --precision: must be a share from 0.001 to 1, such as 3% or 0.03; got "x"` + "\n"},
		{[]string{"--objective", "p99 <", "--rate", "1..2"},
			`aurea: --objective: must be a metric, one of < <= > >= == !=, and a limit, such as "p99 < 250ms"; got ` +
				`"p99 <"` + "\n"},
		{[]string{"--objective", "p99 < 1s", "--rate", "1..2", "--timeout", "never"},
			`aurea: --timeout: must be a duration such as "250ms" from 1ns to 1h; got "never"` + "\n"},
		{[]string{"--objective", "p99 < 1s", "--rate", "1..2", "--workers", "2"},
			"aurea: --workers: needs a service that has workers: add --server URL, or leave it out to run on this machine\n"},
	} {
		code, _, stderr := runCommand(t, "", append([]string{"search", "-q"}, test.args...)...)
		checkExit(t, strings.Join(test.args, " "), code, exitUsage, stderr)
		if stderr != test.stderr {
			t.Errorf("%q: stderr is %q, want %q", test.args, stderr, test.stderr)
		}
	}
}

// A search whose first run would be refused is refused itself, in the words of
// the flags.
func TestSearchRefusals(t *testing.T) {
	const objective = "parts.x.p99 < 1s"
	url, _ := aureatest.Serve(t)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"objective":        {[]string{"--objective", objective}, "--objective: parts.x is nothing that"},
		"threshold":        {[]string{"--objective", "p99 < 1s", "--threshold", objective}, "--threshold: parts.x is nothing"},
		"parameter":        {[]string{"--objective", "p99 < 1s", "--param", "x=1"}, "--param x: is not a field"},
		"at a service":     {[]string{"--objective", objective, "--server", url}, "--objective: parts.x is nothing that"},
		"set at a service": {[]string{"--objective", "p99 < 1s", "--set", "workload.x=1", "--server", url}, "--set workload.x: is"},
	} {
		code, stdout, stderr := runCommand(t, "", append([]string{"search", "-q", "--workload", "sleep", "-n", "1",
			"--param", "duration=1ms", "--rate", "1..2"}, test.args...)...)
		checkExit(t, name, code, exitUsage, stderr)
		if stdout != "" || !strings.HasPrefix(stderr, "aurea: "+test.want) {
			t.Errorf("%s: %q on stderr, want %q; %q on stdout", name, stderr, test.want, stdout)
		}
	}
}

// The text has the limit first and then the curve, within 80 columns; a line for
// each run goes to standard error.
func TestSearchText(t *testing.T) {
	code, stdout, stderr := runCommand(t, "", "search", "--job-duration", "50ms", "-n", "9", "--cooldown", "0s",
		"--objective", "in_flight < 3", "-c", "1..64")
	checkExit(t, "search", code, exitOK, stderr)
	checkContains(t, "the text", stdout, "limit       2 in flight holds, 3 in flight fails\n",
		"objectives  in_flight < 3\n",
		"searched    1 in flight to 64 in flight, 6 runs in ", "label       search=search-",
		"at 3 in flight in_flight < 3 is 3\n")
	checkContains(t, "standard error", stderr, "run 1: 1 in flight: p99 ", ", holds\n", "fails: in_flight < 3 is 4\n")
	var loads []string
	for line := range strings.Lines(stdout) {
		if n := utf8.RuneCountInString(line); n > 81 {
			t.Errorf("a line has %d columns: %s", n, line)
		}
		if load, _, ok := strings.Cut(line, " in flight  "); ok {
			loads = append(loads, load)
		}
	}
	if diff := cmp.Diff([]string{"1", "2", "2", "3", "3", "4"}, loads); diff != "" {
		t.Errorf("the loads of the curve (-want +got):\n%s", diff)
	}
}

// The runs of a search on this machine are in the history of the user, with its
// label.
func TestSearchKeepsItsRuns(t *testing.T) {
	history := t.TempDir()
	code, stdout, stderr := runCommand(t, "", quickSearch("--objective", "p99 < 1h", "--concurrency", "1..4",
		"--history", history, "-o", "json")...)
	checkExit(t, "search", code, exitOK, stderr)
	var s aurea.Search
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr = runCommand(t, "", "runs", "list", "--history", history, "--label", "search="+s.ID,
		"-o", "json")
	checkExit(t, "runs list", code, exitOK, stderr)
	var page aurea.RunPage
	if err := json.Unmarshal([]byte(stdout), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Runs) != len(s.Points) || len(s.Points) != 4 {
		t.Errorf("the history has %d runs of %d points, want 4", len(page.Runs), len(s.Points))
	}
}

// The runs of a search at a service are in its history, with its label.
func TestSearchAtAService(t *testing.T) {
	url, _ := aureatest.Serve(t)
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	code, stdout, stderr := runCommand(t, "",
		quickSearch("--objective", "p99 < 1h", "--concurrency", "1..4", "--server", url,
			"-o", "json")...)
	checkExit(t, "search", code, exitOK, stderr)
	var s aurea.Search
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatal(err)
	}
	page, err := service.List(t.Context(), aurea.RunQuery{Labels: map[string]string{"search": s.ID}})
	if err != nil || len(page.Runs) != len(s.Points) || len(s.Points) != 4 {
		t.Errorf("the history has %d runs of %d points (%v), want 4", len(page.Runs), len(s.Points), err)
	}
}

// An interrupted search prints what it has found.
func TestSearchInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	var stdout, stderr bytes.Buffer
	code := run(ctx,
		[]string{"search", "--job-duration", "1h", "-n", "1", "-c", "1..2", "--objective", "p99 < 1s", "-o", "json"},
		nil, &stdout, &stderr)
	checkExit(t, "search", code, exitInterrupted, stderr.String())
	var s aurea.Search
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil || s.Status != aurea.StatusCancelled {
		t.Errorf("the search is %s (%v)", s.Status, err)
	}
}
