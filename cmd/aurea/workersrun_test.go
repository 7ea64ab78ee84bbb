package main

import (
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
)

// A run on two workers has what a run of the service itself has, in memory and
// as stored: the records of all jobs, in every format, and a digest. The
// histograms of its workers add up to its own.
func TestRunOnWorkers(t *testing.T) {
	service, url := serveWithWorkers(t, "one", "two")
	spec := `{"num_jobs": 300, "concurrency": 10, "seed": 7, "workers": %q, "workload":
		{"kind": "sleep", "duration": "3ms", "distribution": "exponential", "failure": {"rate": 0.2}}}`
	local := finishedJobs(t, service, submit(t, service, fmt.Sprintf(spec, "local")))
	run := submit(t, service, fmt.Sprintf(spec, "all"))
	if diff := cmp.Diff(local, finishedJobs(t, service, run)); diff != "" {
		t.Errorf("jobs (-local +on workers):\n%s", diff)
	}
	run, err := service.Get(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(run.Result.Workers.Of); n != 2 {
		t.Errorf("%d workers took part, want 2", n)
	}
	for _, warning := range run.Result.Warnings {
		if !strings.HasPrefix(warning, cluster.StartGivenUp) { // a busy machine may have started twice
			t.Errorf("the result has the warning %q", warning)
		}
	}
	waitFor(t, func() bool { return service.Verify(t.Context(), run.ID) == nil }) // it is stored
	for format, size := range map[string]int{"csv": 301, "ndjson": 300} {
		if got := strings.Count(exported(t, service, run.ID, format), "\n"); got != size {
			t.Errorf("%s has %d lines, want %d", format, got, size)
		}
	}
	if data := exported(t, service, run.ID, "parquet"); !strings.HasPrefix(data, "PAR1") {
		t.Errorf("parquet begins with %.4q", data)
	}
	checkWorkerHistograms(t, service, url, run)
}

// A run that waits for workers says so, also to those who only look.
func TestWaitingRunIsShown(t *testing.T) {
	url, _ := aureatest.Serve(t, "--nats-listen", aureatest.FreeAddress(t))
	code, id, stderr := runCommand(t, "", "run", "--server", url, "--detach", "-q", "--jobs", "1", "--workers", "2")
	checkExit(t, "aurea run", code, exitOK, stderr)
	waitFor(t, func() bool {
		_, stdout, _ := runCommand(t, "", "runs", "show", "--server", url, strings.TrimSpace(id))
		return strings.Contains(stdout, "waiting for workers: 0 of 2 are there\n")
	})
}

// A worker that starts before its NATS server waits for it.
func TestWorkerWaitsForNATS(t *testing.T) {
	address := aureatest.FreeAddress(t)
	command := exec.CommandContext(t.Context(), aureatest.Binary(t), "worker", "--nats", address)
	aureatest.Start(t, command, regexp.MustCompile(`msg="worker waits for NATS"`))
	url, _ := aureatest.Serve(t, "--nats-listen", address)
	waitFor(t, func() bool { return len(listedWorkers(t, url)) == 1 })
}

// serveWithWorkers starts a service with workers of the given names, which are
// ready.
func serveWithWorkers(t *testing.T, names ...string) (service *client.Client, url string) {
	t.Helper()
	address := aureatest.FreeAddress(t)
	url, _ = aureatest.Serve(t, "--nats-listen", address)
	for _, name := range names {
		command := exec.CommandContext(t.Context(), aureatest.Binary(t), "worker", "--nats", address, "--name", name)
		aureatest.Start(t, command, regexp.MustCompile("worker is ready"))
	}
	waitFor(t, func() bool { return len(listedWorkers(t, url)) == len(names) })
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	return service, url
}

// finishedJobs waits for the end of a run and returns the outcomes of its jobs,
// in order.
func finishedJobs(t *testing.T, service *client.Client, run aurea.Run) (outcomes []string) {
	t.Helper()
	if run, err := service.Wait(t.Context(), run.ID); err != nil || run.Status != aurea.StatusCompleted {
		t.Fatalf("the run is %s (%v)", run.Status, err)
	}
	for job, err := range service.Jobs(t.Context(), run.ID) {
		if err != nil {
			t.Fatal(err)
		}
		outcomes = append(outcomes, fmt.Sprint(job.Index, " ", job.Outcome))
	}
	return outcomes
}

func exported(t *testing.T, service *client.Client, run, format string) string {
	t.Helper()
	stream, err := service.Export(t.Context(), run, format)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }() // it was read
	data, err := io.ReadAll(stream)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// checkWorkerHistograms reads the histograms of the workers by ID and by name.
func checkWorkerHistograms(t *testing.T, service *client.Client, url string, run aurea.Run) {
	t.Helper()
	whole, err := service.Tally(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	sum := aurea.NewTally()
	for _, of := range run.Result.Workers.Of {
		tally, err := service.WorkerTally(t.Context(), run.ID, of.ID)
		if err != nil {
			t.Fatal(err)
		}
		if tally.Counts != of.Counts {
			t.Errorf("worker %s has the histograms of %+v, want %+v", of.Name, tally.Counts, of.Counts)
		}
		sum.Merge(tally)
		path := "/v1/runs/" + run.ID + "/histogram?format=json&worker="
		byID, byName := get(t, url+path+of.ID), get(t, url+path+of.Name)
		if strings.ReplaceAll(byID, of.ID, of.Name) != byName || !strings.Contains(byName, `"worker":"`+of.Name+`"`) {
			t.Errorf("worker %s has %s by its name and %s by its ID", of.Name, byName, byID)
		}
	}
	if string(sum.AppendBinary(nil)) != string(whole.AppendBinary(nil)) {
		t.Errorf("the histograms of the workers add up to %+v, want %+v", sum.Counts, whole.Counts)
	}
	if status, body := getStatus(t, url+"/v1/runs/"+run.ID+"/histogram?worker=three"); status != 404 {
		t.Errorf("a worker that took no part: %d %s", status, body)
	}
}
