package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// TestMain keeps the runs of the tests out of the history of the developer.
func TestMain(m *testing.M) {
	if err := aureatest.PrivateData(); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// runCommand executes a command line as main does.
func runCommand(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// checkExit reports an exit code other than want.
func checkExit(t *testing.T, what string, code, want int, stderr string) {
	t.Helper()
	if code != want {
		t.Errorf("%s: exit %d, want %d; standard error has %q", what, code, want, stderr)
	}
}

// checkContains reports the texts that got lacks.
func checkContains(t *testing.T, what, got string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", what, want, got)
		}
	}
}

// writeTestFile writes a file in a directory of its own and returns its path.
func writeTestFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Wrong usage and invalid specs have their exit code and message.
func TestErrors(t *testing.T) {
	spec := writeTestFile(t, "spec.yaml", "num_jobs: 10\nworkload:\n  kind: sleep\n  duration: fast\nlabels:\n  team: 7\n")
	tests := []struct {
		args []string
		code int
		want string
	}{
		{[]string{"wat"}, 2, `aurea: unknown command "wat" for "aurea"; see aurea --help`},
		{[]string{"run", "--wat"}, 2, `aurea: unknown flag: --wat; see aurea run --help`},
		{[]string{"run", "a", "b"}, 2,
			`aurea: the usage is aurea run [SPEC.yaml | URL]; got 2 arguments; see aurea run --help`},
		{[]string{"run"}, 2,
			`aurea: name a URL or a SPEC.yaml, or give --jobs or --duration; see aurea run --help`},
		{[]string{"spec", "check"}, 2,
			`aurea: name a URL or a SPEC.yaml, or give --jobs or --duration; see aurea spec check --help`},
		{[]string{"run", "--timeout", "1s"}, 2,
			`aurea: --jobs: is needed, or --duration or stages: how many jobs, or for how long`},
		{[]string{"run", "--jobs", "ten"}, 2, `aurea: --jobs: must be an integer from 1 to 10000000; got "ten"`},
		{[]string{"run", "--jobs", "5", "--job-duration", "5"}, 2,
			`aurea: --job-duration must be a duration such as 100ms; got "5"; see aurea run --help`},
		{[]string{"run", "--jobs", "5", "--param", "a=b"}, 2,
			`aurea: --param needs --workload KIND, or a workload in the spec; see aurea run --help`},
		{[]string{"run", "--jobs", "5", "--workload", "noop", "--param", "a"}, 2,
			`aurea: --param must be key=value; got "a"; see aurea run --help`},
		{[]string{"run", "--jobs", "5", "--workload", "nop"}, 2,
			`aurea: --workload: must be one of sleep, noop, station, cpu, `},
		{[]string{"run", "--jobs", "5", "--threshold", "p99 250ms"}, 2,
			`aurea: --threshold: must be a metric, one of < <= > >= == !=, and a limit, such as "p99 < 250ms"; got ` +
				`"p99 250ms"`},
		{[]string{"run", "--jobs", "5", "--threshold", "p99 < 250"}, 2,
			`aurea: --threshold: p99: the limit "250" has no unit; did you mean 250ms or 250s?`},
		{[]string{"run", "--jobs", "5", "-o", "pdf"}, 2,
			`aurea: -o must be one of html, json, junit, markdown, text; got "pdf"; see aurea run --help`},
		{[]string{"run", "/nowhere.yaml"}, 2,
			`aurea: cannot read the spec: open /nowhere.yaml: no such file or directory; see aurea run --help`},
		{[]string{"run", spec}, 2, "aurea: " + spec + `:6:3: labels.team: must be a string of up to 200 characters; got 7`},
		{[]string{"workloads", "nop"}, 2, `aurea: KIND: must be one of sleep, noop, station, cpu, `},
		{[]string{"serve", "--listen", "0.0.0.0:0"}, 2,
			`aurea: --listen 0.0.0.0:0 can be reached from other machines, and anyone who reaches it could start ` +
				`runs; give --token-file FILE, or --insecure if you mean it; see aurea serve --help`},
		{[]string{"serve", "--listen", "5000"}, 2,
			`aurea: --listen must be HOST:PORT, such as 127.0.0.1:5000; got "5000"; see aurea serve --help`},
		{[]string{"serve", "--token-file", writeTestFile(t, "tokens", "\n")}, 2,
			`it holds no token; write one on a line; see aurea serve --help`},
		{[]string{"serve", "--allow-host", "http://aurea/"}, 2,
			`aurea: --allow-host: must be a host name such as aurea.example, with or without a port; got ` +
				`"http://aurea/"; see aurea serve --help`},
		{[]string{"serve", "--allow-target", "http://api/"}, 2,
			`aurea: --allow-target: target "http://api/" is a URL; write its host, and its port if only that is to ` +
				`be called, such as api.example:8080; see aurea serve --help`},
		{[]string{"serve", "--max-connections", "-1"}, 2,
			`aurea: --max-connections must be at least 1; got -1; see aurea serve --help`},
		{[]string{"serve", "--log-level", "loud"}, 2,
			`aurea: --log-level must be debug, info, warn or error; got "loud"; see aurea serve --help`},
		{[]string{"health", "--server", "http://127.0.0.1:1"}, 1, `aurea: no answer from http://127.0.0.1:1`},
	}
	for _, test := range tests {
		code, stdout, stderr := runCommand(t, "", test.args...)
		if code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("aurea %s: exit %d, %q; want %d, %q", strings.Join(test.args, " "), code, stderr, test.code, test.want)
		}
		if stdout != "" {
			t.Errorf("aurea %s wrote %q to standard output", strings.Join(test.args, " "), stdout)
		}
	}
}

// runForResult runs a benchmark and decodes its result.
func runForResult(t *testing.T, stdin string, args ...string) (int, aurea.Result) {
	t.Helper()
	code, stdout, stderr := runCommand(t, stdin, append([]string{"run", "-o", "json"}, args...)...)
	var result aurea.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%v: %v\n%s\n%s", args, err, stdout, stderr)
	}
	return code, result
}

func TestExitCodes(t *testing.T) {
	tests := []struct {
		threshold string
		code      int
		verdict   aurea.Verdict
	}{
		{"p99 < 1h", exitOK, aurea.VerdictPass},
		{"p99 < 1ns", exitThreshold, aurea.VerdictFail},
		{"throughput > 1", exitOK, aurea.VerdictPass},
	}
	for _, test := range tests {
		code, result := runForResult(t, "", "--jobs", "5", "--job-duration", "2ms", "--threshold", test.threshold)
		if code != test.code || result.Verdict != test.verdict {
			t.Errorf("%s: exit %d, verdict %s; want %d, %s", test.threshold, code, result.Verdict, test.code, test.verdict)
		}
	}
	// Every job times out, so there is no latency to judge.
	code, result := runForResult(t, "", "--jobs", "5", "--job-duration", "50ms", "--timeout", "1ms",
		"--threshold", "p99 < 1h")
	if code != exitInvalid || result.Verdict != aurea.VerdictInvalid {
		t.Errorf("no data: exit %d, verdict %s", code, result.Verdict)
	}
}

// If the target fails every job, the measurement is invalid, unless a threshold
// that has data fails.
func TestExitCodesOfATargetThatIsNotThere(t *testing.T) {
	const noneOK = "aurea: the measurement is invalid: 20 jobs ended and none was ok, so there is no latency " +
		"to believe\n"
	for _, test := range []struct {
		thresholds []string
		code       int
		verdict    aurea.Verdict
		stderr     string
	}{
		{nil, exitInvalid, aurea.VerdictNone, noneOK},
		{[]string{"p99 < 1s"}, exitInvalid, aurea.VerdictInvalid, noneOK},
		{[]string{"error_rate < 1%", "p99 < 1s"}, exitThreshold, aurea.VerdictFail, "aurea: a threshold failed\n"},
		{[]string{"p99 < 1s", "error_rate < 1%"}, exitThreshold, aurea.VerdictFail, "aurea: a threshold failed\n"},
	} {
		args := []string{"run", "http://127.0.0.1:1/", "--jobs", "20", "--quiet", "-o", "json"}
		for _, threshold := range test.thresholds {
			args = append(args, "--threshold", threshold)
		}
		code, stdout, stderr := runCommand(t, "", args...)
		if code != test.code {
			t.Errorf("%q: exit %d, want %d", test.thresholds, code, test.code)
		}
		if stderr != test.stderr {
			t.Errorf("%q: stderr %q, want %q", test.thresholds, stderr, test.stderr)
		}
		var result aurea.Result
		if err := json.Unmarshal([]byte(stdout), &result); err != nil {
			t.Fatal(err)
		}
		if result.Verdict != test.verdict {
			t.Errorf("%q: verdict %s, want %s", test.thresholds, result.Verdict, test.verdict)
		}
		if result.Validity.State != aurea.Invalid {
			t.Errorf("%q: %s, want invalid", test.thresholds, result.Validity.State)
		}
	}
}

func TestInterruptedBeforeStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"run", "--jobs", "5", "--job-duration", "1h"}, strings.NewReader(""), &out, &errs)
	checkExit(t, "an interrupted run", code, exitInterrupted, errs.String())
	if out.Len() > 0 {
		t.Errorf("standard output has %q", out.String())
	}
	if got, want := errs.String(), "aurea: interrupted before the run began\n"; got != want {
		t.Errorf("standard error has %q, want %q", got, want)
	}
}

func TestIsURL(t *testing.T) {
	for arg, want := range map[string]bool{
		"http://localhost/": true, "HTTP://localhost/": true, "Https://localhost": true,
		"spec.yaml": false, "./http:/x": false, "http:x": false, "ftp://x": false, "-": false,
	} {
		if got := isURL(arg); got != want {
			t.Errorf("%s: %v, want %v", arg, got, want)
		}
	}
}

// Flags override the fields of a YAML or JSON file one by one.
func TestSpecSources(t *testing.T) {
	yamlFile := writeTestFile(t, "spec.yaml",
		"num_jobs: 7\njob_duration_ms: 1\nname: from file\nlabels: {a: x, b: y}\nseed: 3\n")
	code, result := runForResult(t, "", yamlFile, "--jobs", "9", "--label", "b=z", "--concurrency", "2")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	if result.Counts.OK != 9 {
		t.Errorf("%d jobs ok, want 9", result.Counts.OK)
	}
	want := aurea.Spec{
		NumJobs: 9, Concurrency: 2, Name: "from file", Labels: map[string]string{"a": "x", "b": "z"}, Seed: new(uint64(3)),
	}
	got := aurea.Spec{
		NumJobs: result.Spec.NumJobs, Concurrency: result.Spec.Concurrency,
		Name: result.Spec.Name, Labels: result.Spec.Labels, Seed: result.Spec.Seed,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if result.Seed != 3 {
		t.Errorf("seed %d, want 3", result.Seed)
	}

	code, result = runForResult(t, `{"num_jobs": 4, "workload": {"kind": "noop"}}`, "-")
	if code != exitOK || result.Counts.OK != 4 {
		t.Errorf("standard input: exit %d, counts %+v", code, result.Counts)
	}
	if kind := result.Spec.Workload.Kind; kind != "noop" {
		t.Errorf("standard input: workload %s, want noop", kind)
	}

	code, result = runForResult(t, "", yamlFile, "--workload", "sleep", "--param", "duration=3ms", "--param", "jitter=0")
	if code != exitOK || result.ServiceTime.Min < 0.003 {
		t.Errorf("--workload: exit %d, service time %+v, want 3ms at least", code, result.ServiceTime)
	}
	if result.Spec.JobDurationMS != nil {
		t.Errorf("--workload: job_duration_ms %v, want none", *result.Spec.JobDurationMS)
	}
}

func TestIncludeJobs(t *testing.T) {
	for _, test := range []struct {
		args []string
		jobs int
	}{{nil, 0}, {[]string{"--include-jobs"}, 3}} {
		args := append([]string{"run", "-o", "json", "--jobs", "3", "--job-duration", "1ms"}, test.args...)
		_, stdout, _ := runCommand(t, "", args...)
		if got := strings.Count(stdout, `"job_id"`); got != test.jobs {
			t.Errorf("%v lists %d jobs, want %d", test.args, got, test.jobs)
		}
	}
}

func TestFlagsFromEnvironment(t *testing.T) {
	t.Setenv("AUREA_JOBS", "6")
	t.Setenv("AUREA_JOB_DURATION", "1ms")
	t.Setenv("AUREA_CONCURRENCY", "3")
	_, result := runForResult(t, "", "--concurrency", "2")
	if result.Counts.OK != 6 {
		t.Errorf("%d jobs, want 6 from the environment", result.Counts.OK)
	}
	if result.Spec.Concurrency != 2 || result.InFlight.Max > 2 {
		t.Errorf("concurrency %d, %d in flight; want 2 from the flag", result.Spec.Concurrency, result.InFlight.Max)
	}
	t.Setenv("AUREA_QUIET", "perhaps")
	code, _, stderr := runCommand(t, "", "run")
	if code != exitUsage || !strings.Contains(stderr, "environment variable AUREA_QUIET") {
		t.Errorf("exit %d, %q", code, stderr)
	}
}

func TestText(t *testing.T) {
	code, stdout, stderr := runCommand(t, "", "run", "--verbose", "--jobs", "20", "--job-duration", "5ms",
		"--name", "nightly", "--threshold", "error_rate < 1%")
	checkExit(t, "aurea run", code, exitOK, stderr)
	checkContains(t, "the result", stdout, "(nightly)", "jobs        20 ok of 20\n",
		"latency ", "service time ", "delay ", "\npass        error_rate < 1%   0%\n")
	checkContains(t, "the progress", stderr, "started=20 ok=20 failed=0 in_flight=0 ")
	if _, _, stderr := runCommand(t, "", "run", "--jobs", "2", "--job-duration", "1ms", "--quiet"); stderr != "" {
		t.Errorf("--quiet prints %q", stderr)
	}
}

func TestWorkloads(t *testing.T) {
	_, stdout, _ := runCommand(t, "", "workloads", "sleep")
	if !strings.Contains(stdout, "duration") || strings.Contains(stdout, "noop") {
		t.Errorf("aurea workloads sleep:\n%s", stdout)
	}
	const whole = "one worker runs all of its jobs"
	if strings.Contains(stdout, whole) {
		t.Errorf("aurea workloads sleep says %q:\n%s", whole, stdout)
	}
	_, stdout, _ = runCommand(t, "", "workloads", "station")
	checkContains(t, "aurea workloads station", stdout, whole)
}
