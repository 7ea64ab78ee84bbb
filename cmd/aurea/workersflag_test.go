package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// --workers takes each form of the field, and labels in a short form. The file
// overrides the environment, and the flag the file.
func TestWorkersFlag(t *testing.T) {
	short := writeTestFile(t, "short.yaml", "num_jobs: 1\n")
	selects := writeTestFile(t, "selects.yaml", "num_jobs: 1\nworkers:\n  labels: {zone: file}\nmax_lost_fraction: 0.5\n")
	for _, test := range []struct {
		variables string
		args      []string
		want      string
	}{
		{"", []string{short, "--workers", "all"}, `"workers":"all"`},
		{"", []string{short, "--workers", "local"}, `"workers":"local"`},
		{"", []string{short, "--workers", "3"}, `"workers":3`},
		{"", []string{short, "--workers", "3,zone=a"}, `"workers":{"count":3,"labels":{"zone":"a"}}`},
		{"", []string{short, "--workers", "all,zone=a,arch=arm"}, `"workers":{"labels":{"arch":"arm","zone":"a"}}`},
		{"", []string{short, "--workers", "zone=a=b"}, `"workers":{"labels":{"zone":"a=b"}}`},
		{"", []string{short, "--workers", `{"count": 2}`}, `"workers":{"count":2}`},
		{"", []string{selects}, `"workers":{"labels":{"zone":"file"}},"max_lost_fraction":0.5`},
		{"AUREA_WORKERS=2", []string{selects}, `"workers":{"labels":{"zone":"file"}}`},
		{"AUREA_WORKERS=2", []string{selects, "--workers", "3"}, `"workers":3`},
		{"AUREA_WORKERS=2,zone=env", []string{short}, `"workers":{"count":2,"labels":{"zone":"env"}}`},
		{"AUREA_MAX_LOST_FRACTION=0.25", []string{short}, `"max_lost_fraction":0.25`},
		{"", []string{short, "--max-lost-fraction", "1"}, `"max_lost_fraction":1`},
	} {
		t.Run(test.variables+" "+strings.Join(test.args[1:], " "), func(t *testing.T) {
			setVariables(t, strings.Fields(test.variables))
			if got := submittedSpec(t, test.args...); !strings.Contains(got, test.want) {
				t.Errorf("the spec is %s, want %s", got, test.want)
			}
		})
	}
}

// submittedSpec returns what aurea run submits to a server.
func submittedSpec(t *testing.T, args ...string) string {
	t.Helper()
	var submitted string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		submitted = string(body)
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer server.Close()
	code, _, stderr := runCommand(t, "", append([]string{"run", "--server", server.URL}, args...)...)
	checkExit(t, "aurea run", code, exitFailure, stderr) // the server takes no run
	return submitted
}

// A mistake is reported with its flag, variable or line.
func TestWorkersFlagMistakes(t *testing.T) {
	file := writeTestFile(t, "spec.yaml", "num_jobs: 1\nworkers:\n  labels: {zone: 1}\n")
	const forms = "must be all, local, a number from 1 to 100000, or labels with or without a number " +
		"such as 3,zone=a; got "
	for _, test := range []struct{ variables, args, want string }{
		{"", "--workers most", "--workers " + forms + `"most"`},
		{"", "--workers 0", "--workers " + forms + `"0"`},
		{"", "--workers 100001,zone=a", "--workers " + forms + `"100001,zone=a"`},
		{"", `--workers {"count":0}`, "--workers: must be an integer from 1 to 100000; got 0"},
		{"AUREA_WORKERS=-1", "", "AUREA_WORKERS " + forms + `"-1"`},
		{"", "--workers local,zone=a", "--workers " + forms + `"local,zone=a"`},
		{"", "--workers 3,zone", "--workers " + forms + `"3,zone"`},
		{"", "--workers zone=a,", "--workers " + forms + `"zone=a,"`},
		{"", "--workers zone=a,zone=b", "--workers has two values for the label zone; give one"},
		{"", "--max-lost-fraction 10%", `--max-lost-fraction: must be a number from 0 to 1; got "10%"`},
		{"", file, file + ":3:12: workers.labels.zone: must be a string of up to 200 characters; got 1"},
		{"", "--workers 3",
			"--workers: needs a service that has workers: add --server URL, or leave it out to run on this machine"},
		{"AUREA_WORKERS=all", "",
			"AUREA_WORKERS: needs a service that has workers: add --server URL, or leave it out to run on this " +
				"machine"},
	} {
		t.Run(test.variables+" "+test.args, func(t *testing.T) {
			setVariables(t, strings.Fields(test.variables))
			args := append([]string{"run", "--jobs", "1"}, strings.Fields(test.args)...)
			code, _, stderr := runCommand(t, "", args...)
			checkExit(t, "aurea run", code, exitUsage, stderr)
			checkContains(t, "standard error", stderr, test.want)
		})
	}
}

// A run on this machine may say so.
func TestRunLocal(t *testing.T) {
	code, stdout, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "2", "--job-duration", "1ms", "--workers",
		"local", "-o", "json")
	checkExit(t, "aurea run", code, exitOK, stderr)
	var result aurea.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatal(err)
	}
	if !result.Spec.Workers.Local() || result.Workers != nil {
		t.Errorf("the result echoes the workers %+v, and has %+v", result.Spec.Workers, result.Workers)
	}
}

// With --server it is the server that knows whether there are workers.
func TestWorkersFlagAtServer(t *testing.T) {
	url, _ := aureatest.Serve(t)
	code, _, stderr := runCommand(t, "", "run", "--server", url, "--jobs", "2", "--workers", "2,zone=a")
	checkExit(t, "aurea run", code, exitUsage, stderr)
	checkContains(t, "standard error", stderr, "--workers: ", "this service has none")
}

// A service without workers refuses a spec that asks for them.
func TestLocalExecutorRefusesWorkers(t *testing.T) {
	executor := localExecutor{engine.New("test", kinds.New(kinds.Options{}))}
	resolve := func(workers *aurea.Placement) error {
		_, err := executor.Resolve(aurea.NewPlan(aurea.Spec{NumJobs: 1, Workers: workers}, 1))
		return err
	}
	want := `workers: asks for workers, and this service has none; leave it out, or say "local"`
	for _, workers := range []*aurea.Placement{{Word: aurea.PlaceAll}, {Count: 1}, {Selection: &aurea.WorkerSelection{}}} {
		if err := resolve(workers); err == nil || err.Error() != want {
			t.Errorf("%+v: %v", workers, err)
		}
	}
	for _, workers := range []*aurea.Placement{nil, {Word: aurea.PlaceLocal}} {
		if err := resolve(workers); err != nil {
			t.Errorf("%+v: %v", workers, err)
		}
	}
}
