package main

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// A threshold with abort ends a run early whose target is not there, on this
// machine and at a service. The command exits as for any threshold that failed,
// and says which one it was.
func TestAbort(t *testing.T) {
	url, _ := aureatest.Serve(t)
	for what, more := range map[string][]string{"here": nil, "at a service": {"--server", url}} {
		args := append([]string{"run", "http://127.0.0.1:1/", "--rate", "50", "--duration", "1h", "-q", "-o", "json",
			"--threshold", "p99 < 1s", "--threshold", "error_rate < 50% abort after 1s"}, more...)
		code, stdout, stderr := runCommand(t, "", args...)
		checkExit(t, what, code, exitThreshold, stderr)
		var r aurea.Result
		if err := json.Unmarshal([]byte(stdout), &r); err != nil {
			t.Fatalf("%s: %v in %q", what, err, stdout)
		}
		checkAborted(t, what, &r)
		want := fmt.Sprintf("aurea: error_rate < 50%% failed, which ended the run after %s\n",
			format.Duration(r.Aborted.T))
		if stderr != want {
			t.Errorf("%s: stderr is %q, want %q", what, stderr, want)
		}
	}
}

// checkAborted checks the result of a run that error_rate < 50% has ended.
func checkAborted(t *testing.T, what string, r *aurea.Result) {
	t.Helper()
	if r.Aborted == nil {
		t.Fatalf("%s: the run was not aborted", what)
	}
	if diff := cmp.Diff(aurea.Abort{Expression: "error_rate < 50%", Value: 1, T: r.Aborted.T}, *r.Aborted); diff != "" {
		t.Errorf("%s: aborted (-want +got):\n%s", what, diff)
	}
	if r.Aborted.T < 1 {
		t.Errorf("%s: it was ended after %v s, before its delay was over", what, r.Aborted.T)
	}
	if r.Status != aurea.StatusCompleted {
		t.Errorf("%s: the run is %s", what, r.Status)
	}
	if r.Verdict != aurea.VerdictFail {
		t.Errorf("%s: the verdict is %s", what, r.Verdict)
	}
	if r.Duration > 600 {
		t.Errorf("%s: it went on for %v s", what, r.Duration)
	}
}

// A threshold ends a run on workers by what all of them have measured together.
func TestAbortOnWorkers(t *testing.T) {
	service, url := serveWithWorkers(t, "one", "two")
	run := submit(t, service, `{"duration": "1h", "rate": 50, "workers": "all", "include_jobs": false,
		"workload": {"kind": "sleep", "duration": "1ms", "failure": {"rate": 1}},
		"thresholds": [{"expression": "error_rate < 50%", "abort_on_fail": true, "after": "1s"}]}`)
	run, err := service.Wait(t.Context(), run.ID)
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	checkAborted(t, "on workers", run.Result)
	if run.Result.Workers == nil || run.Result.Workers.Lost > 0 {
		t.Errorf("the workers of the run: %+v", run.Result.Workers)
	}
}
