package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A background is a command that runs beside the test.
type background struct {
	done           chan struct{}
	code           int
	stdout, stderr bytes.Buffer
}

// start starts a command.
func start(t *testing.T, args ...string) *background {
	t.Helper()
	b := &background{done: make(chan struct{})}
	ctx := context.WithoutCancel(t.Context())
	go func() {
		defer close(b.done)
		b.code = run(ctx, args, strings.NewReader(""), &b.stdout, &b.stderr)
	}()
	return b
}

// A run of another process, and one at a server, can be listed, watched and
// controlled, and both say the same.
func TestWatchAndControl(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"history", "server"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			where := []string{"--history", filepath.Join(t.TempDir(), "history")}
			if place == "server" {
				url, _ := aureatest.Serve(t)
				where = []string{"--server", url}
			} else if err := os.Mkdir(where[1], 0o700); err != nil {
				t.Fatal(err)
			}
			watchAndControl(t, where)
		})
	}
}

func watchAndControl(t *testing.T, where []string) {
	command := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := runCommand(t, "", append(args, where...)...)
		checkExit(t, strings.Join(args, " "), code, want, stderr)
		return stdout + stderr
	}
	checkContains(t, "watch without a run", command(exitFailure, "runs", "watch", "last"),
		"there is no run that is running or queued")
	measured := start(t, append([]string{"run", "--quiet", "--rate", "50", "-z", "1h", "--job-duration", "1ms",
		"--name", "long"}, where...)...)
	waitFor(t, func() bool {
		_, stdout, _ := runCommand(t, "", append([]string{"runs", "list", "--status", "running"}, where...)...)
		return strings.Contains(stdout, "long")
	})
	var page aurea.RunPage
	if err := json.Unmarshal([]byte(command(exitOK, "runs", "list", "-o", "json")), &page); err != nil {
		t.Fatal(err)
	}
	id := page.Runs[0].ID
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"pause", "last"}, exitOK, id + " paused\n"},
		{[]string{"resume", id}, exitOK, id + " resumed\n"},
		{[]string{"load", "last", "--rate", "80"}, exitOK, id + " load rate 50 to 80\n"},
		{[]string{"load", "last"}, exitUsage, "aurea: give the new load: --rate N, --concurrency N or both"},
		{[]string{"load", "last", "--rate", "-1"}, exitUsage, "aurea: --rate must be above 0; got -1"},
		{[]string{"load", "last", "--concurrency", "0"}, exitUsage, "aurea: --concurrency must be at least 1; got 0"},
		{[]string{"histogram", id}, exitFailure, "aurea: conflict: "},
		{[]string{"delete", id}, exitFailure, "aurea: conflict: "},
		{[]string{"show", "last"}, exitOK, "running"},
	} {
		got := command(test.code, append([]string{"runs"}, test.args...)...)
		checkContains(t, strings.Join(test.args, " "), got, test.want)
	}
	watched := start(t, append([]string{"runs", "watch", id, "-o", "json"}, where...)...)
	checkContains(t, "runs cancel", command(exitOK, "runs", "cancel", "last"), id)
	<-measured.done
	<-watched.done
	checkExit(t, "the run", measured.code, exitInterrupted, measured.stderr.String())
	checkExit(t, "runs watch", watched.code, exitInterrupted, watched.stderr.String())
	var result aurea.Result
	if err := json.Unmarshal(watched.stdout.Bytes(), &result); err != nil {
		t.Fatalf("%v: %s", err, watched.stdout.String())
	}
	if result.ID != id || result.Status != aurea.StatusCancelled {
		t.Errorf("the watched result is of %s, %s", result.ID, result.Status)
	}
	checkContains(t, "runs histogram", command(exitOK, "runs", "histogram", "last", "--unit", "us"),
		"#[Unit = us, Encoded = ")
	checkContains(t, "runs watch after the end", command(exitInterrupted, "runs", "watch", id), id, "CANCELLED")
	checkContains(t, "runs pause after the end", command(exitFailure, "runs", "pause", id),
		"only a running run can be paused")
}

// A run that waits in the queue of a server says so at once and with its place,
// also without a terminal, and so does one that is watched.
func TestQueuedRunIsShown(t *testing.T) {
	t.Parallel()
	url, _ := aureatest.Serve(t)
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	first := start(t, "run", "--job-duration", "1ms", "--rate", "50", "-z", "1h", "--quiet", "--server", url)
	waitFor(t, func() bool { return len(idsOf(t, service, aurea.StatusRunning)) == 1 })
	second := startShown(t, "run", "--job-duration", "1ms", "-n", "1", "--server", url)
	const want = "elapsed=0s phase=queued queue_position=1 waited=0s"
	if got := <-second.lines; got != want {
		t.Errorf("run shows %q, want %q", got, want)
	}
	watched := startShown(t, "runs", "watch", idsOf(t, service, aurea.StatusQueued)[0], "--server", url)
	if got := <-watched.lines; got != want {
		t.Errorf("runs watch shows %q, want %q", got, want)
	}
	if _, err := service.Cancel(t.Context(), idsOf(t, service, aurea.StatusRunning)[0]); err != nil {
		t.Fatal(err)
	}
	<-first.done
	for _, s := range []*shown{second, watched} {
		var rest []string
		for line := range s.lines {
			rest = append(rest, line)
		}
		if code := <-s.code; code != exitOK {
			t.Errorf("exit code %d after %q", code, rest)
		}
	}
}

// A shown is a command whose lines on stderr are read while it runs.
type shown struct {
	lines chan string
	code  chan int
}

func startShown(t *testing.T, args ...string) *shown {
	t.Helper()
	s := &shown{lines: make(chan string), code: make(chan int, 1)}
	read, write := io.Pipe()
	ctx := context.WithoutCancel(t.Context())
	go func() {
		s.code <- run(ctx, args, strings.NewReader(""), io.Discard, write)
		_ = write.Close()
	}()
	go func() {
		defer close(s.lines)
		for lines := bufio.NewScanner(read); lines.Scan(); {
			s.lines <- lines.Text()
		}
	}()
	return s
}

// idsOf returns the ids of the runs of a service with a status.
func idsOf(t *testing.T, service *client.Client, status aurea.Status) (ids []string) {
	t.Helper()
	page, err := service.List(t.Context(), aurea.RunQuery{Statuses: []aurea.Status{status}})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range page.Runs {
		ids = append(ids, run.ID)
	}
	return ids
}

// The variables of a spec do not change the load of a run.
func TestLoadIgnoresVariablesOfTheSpec(t *testing.T) {
	t.Setenv("AUREA_RATE", "7")
	code, _, stderr := runCommand(t, "", "runs", "load", "last", "--history", t.TempDir())
	checkExit(t, "runs load", code, exitUsage, stderr)
	checkContains(t, "runs load", stderr, "give the new load")
}

// What is wrong with the values of flags is said before a run is looked for.
func TestFormsAreCheckedFirst(t *testing.T) {
	t.Setenv("AUREA_HISTORY", t.TempDir())
	for args, want := range map[string]string{
		"runs watch none -o x":         `aurea: -o must be one of html, json, junit, markdown, text; got "x"`,
		"runs show none -o x":          `aurea: -o must be text or json; got "x"`,
		"report none -o x":             `aurea: -o must be one of html, json, junit, markdown, text; got "x"`,
		"runs export none --format x":  `aurea: --format must be one of ndjson, csv, parquet; got "x"`,
		"runs histogram none --unit x": `aurea: --unit must be one of s, ms, us, ns; got "x"`,
	} {
		code, _, stderr := runCommand(t, "", strings.Fields(args)...)
		checkExit(t, "aurea "+args, code, exitUsage, stderr)
		checkContains(t, "aurea "+args, stderr, want)
	}
}
