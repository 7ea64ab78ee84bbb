package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// A URL alone is a load. The command says what it has chosen, and flags and
// variables change it.
func TestURLDefaults(t *testing.T) {
	var requests atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	t.Cleanup(target.Close)
	for _, test := range []struct {
		name        string
		variable    string // "" for none
		flags       []string
		said        string
		jobs        int64 // of the spec; 0 for none
		concurrency int64
	}{
		{"alone", "", nil, "200 requests, 50 in flight; change with -n, -c\n", 200, 50},
		{"jobs", "", []string{"-n", "70"}, "50 in flight; change with -c\n", 70, 50},
		{"few jobs", "", []string{"-n", "50"}, "", 50, 0},
		{"concurrency", "", []string{"-c", "3"}, "200 requests; change with -n\n", 200, 3},
		{"rate", "", []string{"-r", "5000"}, "200 requests; change with -n\n", 200, 0},
		{"duration", "", []string{"-z", "20ms"}, "50 in flight; change with -c\n", 0, 50},
		{"both", "", []string{"-n", "60", "-c", "2"}, "", 60, 2},
		{"variable", "60", []string{"-c", "2"}, "", 60, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			setVariables(t, []string{"AUREA_JOBS=" + test.variable})
			requests.Store(0)
			code, result := runForResult(t, "", append([]string{target.URL, "--quiet"}, test.flags...)...)
			if code == exitUsage {
				t.Fatalf("exit %d", code)
			}
			if result.Spec.NumJobs != test.jobs {
				t.Errorf("num_jobs is %d, want %d", result.Spec.NumJobs, test.jobs)
			}
			if result.Spec.Concurrency != test.concurrency {
				t.Errorf("concurrency is %d, want %d", result.Spec.Concurrency, test.concurrency)
			}
			if got := requests.Load(); test.jobs > 0 && got != test.jobs {
				t.Errorf("the target has %d requests, want %d", got, test.jobs)
			}
			_, _, stderr := runCommand(t, "", append([]string{"run", target.URL}, test.flags...)...)
			said := ""
			if line, _, _ := strings.Cut(stderr, "\n"); strings.Contains(line, "change with") {
				said = line + "\n"
			}
			if said != test.said {
				t.Errorf("standard error begins with %q, want %q", said, test.said)
			}
		})
	}
}

// With --quiet, and for a spec that is no URL, nothing is chosen or said.
func TestNoDefaultsWithoutURL(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(target.Close)
	code, _, stderr := runCommand(t, "", "run", target.URL, "--quiet")
	checkExit(t, "a quiet run", code, exitOK, stderr)
	if stderr != "" {
		t.Errorf("a quiet run says %q", stderr)
	}
	code, _, stderr = runCommand(t, "", "run", "--workload", "http", "--param", "url="+target.URL)
	checkExit(t, "a run without a load", code, exitUsage, stderr)
}
