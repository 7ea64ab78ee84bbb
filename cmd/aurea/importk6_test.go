package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// k6Export is a file of --summary-export, and k6Data the same test as the data of
// handleSummary.
const (
	k6Export = `{
  "root_group": {"name": "", "path": "", "groups": {}, "checks": {}},
  "metrics": {
    "checks": {"passes": 45, "fails": 0, "value": 1, "thresholds": {"rate>0.99": false}},
    "http_req_duration": {"avg": 1.5, "min": 1, "med": 1.4, "max": 9, "p(90)": 2, "p(95)": 3,
      "thresholds": {"p(95)<500": false, "avg<200": true}},
    "http_req_duration{scenario:buy}": {"avg": 1.5, "p(95)": 3, "thresholds": {"p(95)<900": false}},
    "http_req_failed": {"passes": 0, "fails": 45, "value": 0, "thresholds": {"rate<0.01": false}},
    "http_reqs": {"count": 45, "rate": 1.5, "thresholds": {"rate>1": false}},
    "iterations": {"count": 45, "rate": 1.5},
    "vus": {"value": 1, "min": 1, "max": 19},
    "vus_max": {"value": 20, "min": 20, "max": 20}
  }
}`
	k6Data = `{
  "options": {"summaryTrendStats": ["avg", "p(95)"], "summaryTimeUnit": "", "noColor": false},
  "state": {"isStdOutTTY": true, "isStdErrTTY": true, "testRunDurationMs": 30000.4068},
  "metrics": {
    "checks": {"type": "rate", "contains": "default", "values": {"rate": 1, "passes": 45, "fails": 0},
      "thresholds": {"rate>0.99": {"ok": true}}},
    "http_req_duration": {"type": "trend", "contains": "time", "values": {"avg": 1.5, "p(95)": 3},
      "thresholds": {"p(95)<500": {"ok": true}, "avg<200": {"ok": false}}},
    "http_req_duration{scenario:buy}": {"type": "trend", "contains": "time", "values": {"avg": 1.5},
      "thresholds": {"p(95)<900": {"ok": true}}},
    "http_req_failed": {"type": "rate", "contains": "default", "values": {"rate": 0, "passes": 0, "fails": 45},
      "thresholds": {"rate<0.01": {"ok": true}}},
    "http_reqs": {"type": "counter", "contains": "default", "values": {"count": 45, "rate": 1.5},
      "thresholds": {"rate>1": {"ok": true}}},
    "iterations": {"type": "counter", "contains": "default", "values": {"count": 45, "rate": 1.5}},
    "vus_max": {"type": "gauge", "contains": "default", "values": {"value": 20, "min": 20, "max": 20}}
  }
}`
)

// Both formats of a summary make the same spec, whose comments say what it lacks.
func TestImportK6Summary(t *testing.T) {
	const want = `# Imported from a summary of k6, which says neither what was requested nor how:
# no URL, method, headers or body, no pauses and no checks. Add to the workload
# what the script does.
# The load is the most virtual users that there were, for the whole test. For a
# load in stages or at a rate, which a summary does not tell, set stages, or
# rate in place of concurrency (there were 1.5 requests a second).
# Here latencies are of jobs that are ok, with the time to connect; throughput
# counts jobs that are ok. A summary does not tell which thresholds end a test:
# add abort to those.
# Left out: checks: rate>0.99 (checks are in the script; write them as expect in
# the workload, and error_rate has the share of requests that fail them).
# Left out: http_req_duration{scenario:buy}: p(95)<900 (it is of the requests
# with these tags, and the spec has one kind of request).
concurrency: 20
duration: 30s
thresholds:
  - "mean_latency < 200ms"
  - "p95 < 500ms"
  - "error_rate < 1%"
  - "throughput > 1"
workload:
  kind: http
  url: "http://localhost:5000/{{int 1 9}}"
`
	for name, text := range map[string]string{"--summary-export": k6Export, "handleSummary": k6Data} {
		code, stdout, stderr := runCommand(t, text,
			"import", "k6-summary", "-", "--url", "http://localhost:5000/{{int 1 9}}")
		checkExit(t, name, code, exitOK, stderr)
		if diff := cmp.Diff(want, stdout); diff != "" {
			t.Errorf("%s: the spec (-want +got):\n%s", name, diff)
		}
		checkContains(t, name+": standard error", stderr,
			"aurea: Left out: checks: rate>0.99 (", "aurea: Left out: http_req_duration{scenario:buy}: p(95)<900 (")
	}
}

// A spec that is imported from a summary is right, and can be run.
func TestImportedK6SummaryRuns(t *testing.T) {
	url, requests := recordEverything(t)
	dir := t.TempDir()
	code, stdout, stderr := runCommand(t, k6Data, "import", "k6-summary", "-", "--url", url+"/a?b=c")
	checkExit(t, "aurea import", code, exitOK, stderr)
	spec := filepath.Join(dir, "spec.yaml")
	if err := os.WriteFile(spec, []byte(stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr = runCommand(t, "", "spec", "check", spec)
	checkExit(t, "aurea spec check", code, exitOK, stderr)
	checkContains(t, "aurea spec check", stdout, "20 in flight", "mean_latency < 200ms", "throughput > 1")

	text, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	few := strings.NewReplacer("duration: 30s", "num_jobs: 2", `  - "mean_latency < 200ms"`+"\n", "",
		`"p95 < 500ms"`, `"p95 < 10h"`, `"throughput > 1"`, `"throughput > 0"`).Replace(string(text))
	if err := os.WriteFile(spec, []byte(few), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = runCommand(t, "", "run", "--quiet", "--no-history", spec)
	checkExit(t, "aurea run", code, exitOK, stderr)
	var got []string
	for _, r := range received(requests) {
		got = append(got, r.Method+" "+r.URI)
	}
	if want := []string{"GET /a?b=c", "GET /a?b=c"}; !slices.Equal(got, want) {
		t.Errorf("requested %q, want %q", got, want)
	}
}

// What is wrong with a summary or the URL is said, with its place.
func TestImportK6SummaryErrors(t *testing.T) {
	const url = "http://localhost/"
	for _, test := range []struct{ text, url, want string }{
		{k6Data, "", "--url must be the URL that jobs request, such as http://localhost:8080/, which a summary "},
		{k6Data, "localhost:80", `--url must be the URL that jobs request, such as http://localhost:8080/, which a `},
		{k6Data, "http://h/{{int}}", `--url: `},
		{"{", url, "standard input:1:2: is not JSON: "},
		{"{}", url, "standard input:1:1: metrics: is needed: the document is no summary of k6; "},
		{"{\"metrics\": {\n  \"vus\": {\"max\": \"5\"}}}", url,
			`standard input:2:11: metrics.vus.max: must be a number from 0; got "5"`},
		{"{\"metrics\": {\"http_req_duration{a:b.c}\": {\n \"thresholds\": {\"p(99.9)<5\": 1}}}}", url,
			"standard input:2:17: metrics.http_req_duration{a:b.c}.thresholds.p(99.9)<5: must be true, false, or "},
	} {
		args := []string{"import", "k6-summary", "-"}
		if test.url != "" {
			args = append(args, "--url", test.url)
		}
		code, stdout, stderr := runCommand(t, test.text, args...)
		if code != exitUsage || !strings.HasPrefix(stderr, "aurea: "+test.want) {
			t.Errorf("%q, --url %q: exit %d, %s\nwant %s", test.text, test.url, code, stderr, test.want)
		}
		if stdout != "" {
			t.Errorf("%q, --url %q: printed %q", test.text, test.url, stdout)
		}
	}
}
