package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// --detach prints the id of the run and leaves it to the server.
func TestDetach(t *testing.T) {
	t.Parallel()
	url, _ := aureatest.Serve(t)
	code, stdout, stderr := runCommand(t, "", "run", "--server", url, "--detach", "--jobs", "5",
		"--job-duration", "1ms")
	checkExit(t, "aurea run --detach", code, exitOK, stderr)
	id := strings.TrimSpace(stdout)
	if want := "follow it with: aurea runs watch " + id + " --server " + url + "\n"; stderr != want {
		t.Errorf("standard error has %q, want %q", stderr, want)
	}
	code, stdout, stderr = runCommand(t, "", "runs", "watch", id, "--server", url, "-o", "json")
	checkExit(t, "aurea runs watch", code, exitOK, stderr)
	var result aurea.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatal(err)
	}
	if result.ID != id || result.Counts.OK != 5 {
		t.Errorf("the result of %s has %d jobs ok, want 5 of %s", result.ID, result.Counts.OK, id)
	}
	_, _, stderr = runCommand(t, "", "run", "http://127.0.0.1:1/", "-n", "60", "--detach", "--server", url)
	checkContains(t, "a URL alone", stderr, "50 in flight; change with -c\n")
	for _, test := range []struct{ args, want string }{
		{"--detach --jobs 5", "aurea: --detach needs a server that goes on with the run: add --server URL"},
		{"--detach --jobs 5 -o json --server " + url,
			"aurea: --detach cannot be combined with -o: there is no result yet"},
	} {
		code, _, stderr := runCommand(t, "", append([]string{"run"}, strings.Fields(test.args)...)...)
		checkExit(t, test.args, code, exitUsage, stderr)
		checkContains(t, test.args, stderr, test.want)
	}
}

// A command that loses its server says the run's id and how to go on.
func TestLostServer(t *testing.T) {
	t.Parallel()
	url, process := aureatest.Serve(t)
	lost := start(t, "run", "--quiet", "--server", url, "--rate", "50", "-z", "1h", "--job-duration", "1ms")
	waitFor(t, func() bool {
		_, stdout, _ := runCommand(t, "", "runs", "list", "--server", url, "--status", "running")
		return strings.Contains(stdout, runPrefix)
	})
	code, stdout, stderr := runCommand(t, "", "runs", "list", "--server", url, "-o", "json")
	checkExit(t, "runs list", code, exitOK, stderr)
	var page aurea.RunPage
	if err := json.Unmarshal([]byte(stdout), &page); err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-lost.done
	checkExit(t, "aurea run", lost.code, exitFailure, lost.stderr.String())
	id := page.Runs[0].ID
	checkContains(t, "standard error", lost.stderr.String(), "aurea: lost run "+id+", which may go on at the server: ",
		"the server does not answer", "; follow it with: aurea runs watch "+id+" --server "+url)
}
