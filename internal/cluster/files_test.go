package cluster_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// A recordingTarget notes each request as a line: method, path, a header and the
// digest of the body.
type recordingTarget struct {
	*httptest.Server
	mu    sync.Mutex
	lines []string
}

func newRecordingTarget(t *testing.T) *recordingTarget {
	t.Helper()
	r := new(recordingTarget)
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *recordingTarget) ServeHTTP(_ http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf("%s %s %q %x", request.Method, request.URL, request.Header["A"],
		sha256.Sum256(body)))
}

// take returns the requests since the last call, sorted.
func (r *recordingTarget) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.lines
	r.lines = nil
	slices.Sort(taken)
	return taken
}

// forget forgets the requests so far.
func (r *recordingTarget) forget() { r.take() }

// withFiles makes the service one that has the given files. It returns the engine
// that executes plans with them here.
func (s *service) withFiles(t *testing.T, contents map[string]string) *engine.Engine {
	t.Helper()
	dir := t.TempDir()
	for name, content := range contents {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source, err := files.In(dir)
	if err != nil {
		t.Fatal(err)
	}
	local := engine.New("test", kinds.New(kinds.Options{Policy: workload.Policy{Files: source}}))
	s.dispatcher = cluster.NewDispatcher(cluster.DispatcherOptions{
		Conn: s.conn, Registry: s.registry, Resolver: local, Log: testLog(t),
	})
	return local
}

// A limited executor executes plans with no more jobs than they have rows for.
type limited struct{ executor }

func (x limited) resolve(t *testing.T, spec string) (aurea.Plan, *workload.Resolved) {
	t.Helper()
	plan := planOf(t, spec)
	resolved, err := x.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	return resolved.Limit(plan), resolved
}

// run executes a spec until its first start counts, and returns its result.
func (x limited) run(t *testing.T, spec string, before func()) *aurea.Result {
	t.Helper()
	plan, resolved := x.resolve(t, spec)
	for {
		before()
		measured, err := x.Execute(t.Context(), plan, resolved, nil, func(aurea.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(measured.Warnings, isStartGivenUp) {
			return aurea.NewResult(plan, measured)
		}
		t.Logf("the spec is executed again: %q", measured.Warnings)
	}
}

// numbers returns a CSV file of rows with their numbers.
func numbers(n int) string {
	var b strings.Builder
	b.WriteString("n\n")
	for i := range n {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

// A job has the same row, the same request and the same files on workers as here,
// whichever worker does it. The workers have no files of their own.
func TestFilesReachWorkers(t *testing.T) {
	t.Parallel()
	target := newRecordingTarget(t)
	s := startService(t, 3)
	everyByte := make([]byte, 1<<20+77) // more than two parts
	for i := range everyByte {
		everyByte[i] = byte(i * i >> 3)
	}
	local := s.withFiles(t, map[string]string{
		"rows.csv": numbers(70), "one.csv": "n\nx\n", "empty": "", "big": string(everyByte),
		"replay.csv": "at,n\n0,a\n0.01,b\n0.015,c\n0.2,d\n0.3,e\n",
		"http.txt": "GET " + target.URL + "/a?b=c\nA: 1\n\nPOST " + target.URL + "/p\n@big\nDELETE " + target.URL +
			"/d\n\nPUT " + target.URL + "/e\n@empty\n",
		"json.txt": `{"method": "PUT", "url": "` + target.URL + `/j", "body": "/w==", ` +
			`"header": {"A": ["1", "2"]}}` + "\n",
	})
	const job = `"workload": {"kind": "http", "url": "TARGET/{{job}}/{{data.n}}"}`
	for name, spec := range map[string]string{
		"sequential": `"num_jobs": 200, "concurrency": 7, "data": {"file": "rows.csv"}, ` + job,
		"random":     `"num_jobs": 200, "concurrency": 7, "data": {"file": "rows.csv", "order": "random"}, ` + job,
		"once":       `"duration": "1m", "concurrency": 4, "data": {"file": "rows.csv", "order": "once"}, ` + job,
		"fewer rows than workers": `"duration": "1m", "concurrency": 4,
			"data": {"file": "one.csv", "order": "once"}, ` + job,
		"an open model": `"duration": "1m", "rate": 1000, "data": {"file": "rows.csv", "order": "once"}, ` + job,
		"a replay": `"replay": {"column": "at", "speed": "2x"}, "data": {"file": "replay.csv", "order": "once"}, ` +
			job,
		"users": `"num_jobs": 30, "users": 6, "data": {"file": "rows.csv"}, "workload": {"kind": "steps", "steps": [
			{"kind": "http", "url": "TARGET/{{job}}/{{data.n}}"}, {"kind": "http", "url": "TARGET/{{data.n}}"}]}`,
		"a body": `"num_jobs": 9, "concurrency": 3,
			"workload": {"kind": "http", "method": "PUT", "url": "TARGET/{{job}}", "body_file": "big"}`,
		"a form": `"num_jobs": 9, "concurrency": 3, "workload": {"kind": "http", "method": "POST", "url": "TARGET/",
			"multipart": [{"name": "a", "file": "empty"}, {"name": "b", "file": "rows.csv"}]}`,
		"targets": `"num_jobs": 50, "concurrency": 5, "workload": {"kind": "http", "targets": "http.txt"}`,
		"targets by time": `"num_jobs": 50, "rate": 500,
			"workload": {"kind": "http", "targets": "http.txt", "headers": {"A": "all"}}`,
		"targets at random": `"num_jobs": 50, "concurrency": 4,
			"workload": {"kind": "http", "targets": "http.txt", "targets_order": "random"}`,
		"targets in JSON": `"num_jobs": 5, "concurrency": 3, "workload": {"kind": "http", "targets": "json.txt"}`,
	} {
		spec = "{" + strings.ReplaceAll(spec, "TARGET", target.URL) + "}"
		here := limited{local}.run(t, spec, target.forget)
		want := target.take()
		there := limited{s.dispatcher}.run(t, spec, target.forget)
		if diff := cmp.Diff(want, target.take()); diff != "" {
			t.Errorf("%s: requests (-here +on workers):\n%s", name, diff)
		}
		if diff := cmp.Diff(here.Counts, there.Counts); diff != "" {
			t.Errorf("%s: counts (-here +on workers):\n%s", name, diff)
		}
		if diff := cmp.Diff(here.Warnings, there.Warnings); diff != "" {
			t.Errorf("%s: warnings (-here +on workers):\n%s", name, diff)
		}
		if here.Environment.IO != there.Environment.IO {
			t.Errorf("%s: io is %q here and %q on workers", name, here.Environment.IO, there.Environment.IO)
		}
		if len(here.Errors) > 0 || len(want) == 0 {
			t.Errorf("%s: %d requests and the failures %v, want some and none", name, len(want), here.Errors)
		}
		if there.Workers == nil {
			t.Errorf("%s ran on no worker", name)
		}
	}
}

// Files that cannot reach the workers fail the run before it starts. The error says
// which file, and which worker.
func TestFilesThatDoNotReachWorkers(t *testing.T) {
	t.Parallel()
	s := startService(t, 1)
	local := s.withFiles(t, map[string]string{"rows.csv": numbers(10), "small": "x"})
	plan, resolved := limited{local}.resolve(t, `{"num_jobs": 5, "data": {"file": "rows.csv"},
		"workload": {"kind": "noop"}}`)
	file := resolved.Files[0]
	opened, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	path := opened.Name()
	_ = opened.Close()
	if err := os.WriteFile(path, []byte(numbers(11)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = s.dispatcher.Execute(t.Context(), plan, resolved, nil, func(aurea.Progress) {})
	const changed = `send the file "rows.csv": names "rows.csv", which has`
	if err == nil || !strings.HasPrefix(err.Error(), changed) {
		t.Errorf("of a file that has changed: %v, want %s", err, changed)
	}
	plan, resolved = limited{local}.resolve(t, `{"num_jobs": 5, "workload": {"kind": "noop"}}`)
	if _, err = s.dispatcher.Execute(t.Context(), plan, resolved, nil, func(aurea.Progress) {}); err != nil {
		t.Errorf("the worker executes no other run: %v", err)
	}
}

// Files of more than 512 MiB are refused where the spec asks for workers, and are
// executed here where it does not.
func TestTooLargeFilesForWorkers(t *testing.T) {
	t.Parallel()
	s := startService(t, 1)
	local := s.withFiles(t, map[string]string{"small": "x"})
	_, resolved := limited{local}.resolve(t, `{"num_jobs": 5, "workload": {"kind": "http", "method": "PUT",
		"url": "http://127.0.0.1:1/", "body_file": "small"}}`)
	opened, err := resolved.Files[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(opened.Name())
	_ = opened.Close()
	var parts []string
	for i := range 9 { // 9 × 60 MiB, which take no room
		name := fmt.Sprintf("sparse-%d", i)
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(filepath.Join(dir, name), 60<<20); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, fmt.Sprintf(`{"weight": 1, "name": "p%d", "workload": {"kind": "http", "method": "PUT",
			"url": "http://127.0.0.1:1/", "body_file": %q}}`, i, name))
	}
	placement := cluster.Placement{Local: local, Workers: s.dispatcher}
	const workload = `"num_jobs": 1, "workload": {"kind": "mix", "parts": [`
	_, err = placement.Resolve(planOf(t, `{"workers": 1, `+workload+strings.Join(parts, ",")+`]}}`))
	const want = "workers: get up to 512 MiB of files that a spec names, and those of this one have 540 MiB"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if _, err := placement.Resolve(planOf(t, `{`+workload+strings.Join(parts, ",")+`]}}`)); err != nil {
		t.Errorf("here: %v", err)
	}
}

// A worker keeps the files of a run to its end, and not longer.
func TestWorkerRemovesFiles(t *testing.T) {
	t.Parallel()
	s := startService(t, 0)
	scratch := t.TempDir()
	s.startWorkerWith(t, s.embedded.URL(), cluster.WorkerOptions{
		Hello: cluster.Hello{Name: "a"}, Policy: workload.Policy{Dir: scratch, MaxDisk: 1000},
		Executor: engine.New("test", kinds.New(kinds.Options{})), Log: testLog(t),
	})
	s.awaitWorkers(t, 1)
	local := s.withFiles(t, map[string]string{"rows.csv": numbers(10), "long.csv": numbers(1000)})
	plan, resolved := limited{local}.resolve(t, `{"num_jobs": 1, "job_duration_ms": 60000,
		"data": {"file": "rows.csv"}}`)
	kept := map[string]bool{}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	_, err := s.dispatcher.Execute(ctx, plan, resolved, nil, func(aurea.Progress) {
		found, _ := filepath.Glob(filepath.Join(scratch, "*", "0"))
		for _, path := range found {
			content, _ := os.ReadFile(path)
			kept[string(content)] = true
			stop()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(maps.Keys(kept)); !slices.Equal(got, []string{numbers(10)}) {
		t.Errorf("the worker had the files %q during the run", got)
	}
	awaitEmpty(t, scratch)

	plan, resolved = limited{local}.resolve(t, `{"num_jobs": 1, "workload": {"kind": "noop"},
		"data": {"file": "long.csv"}}`)
	_, err = s.dispatcher.Execute(t.Context(), plan, resolved, nil, func(aurea.Progress) {})
	const want = `send the file "long.csv": worker a: there is room for 1000 bytes of the files that a run needs, ` +
		`see --max-disk; "long.csv" makes it 3892`
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	awaitEmpty(t, scratch)
}

// awaitEmpty waits until a directory is empty.
func awaitEmpty(t *testing.T, dir string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d files are left", len(left))
		}
	}
}
