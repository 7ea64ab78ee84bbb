package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// memoryLimit is how much memory the service under attack may take.
const memoryLimit = 512 << 20

// newMemoryCgroup makes a control group with the limit; "" where none can be made.
func newMemoryCgroup(t *testing.T) (dir string) {
	t.Helper()
	for _, version := range []struct{ root, limit string }{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"},
		{"/sys/fs/cgroup", "memory.max"},
	} {
		dir := filepath.Join(version.root, fmt.Sprint("aurea-test-", os.Getpid()))
		if os.Mkdir(dir, 0o700) != nil {
			continue
		}
		t.Cleanup(func() { _ = os.Remove(dir) }) // the process has left it
		if os.WriteFile(filepath.Join(dir, version.limit), []byte(strconv.Itoa(memoryLimit)), 0o600) == nil {
			return dir
		}
	}
	return ""
}

// serveInCgroup starts a service that has so much memory; where no control group can
// be made it is told so, and its memory is watched.
func serveInCgroup(t *testing.T, dir string) (url string, process *os.Process) {
	t.Helper()
	if dir == "" {
		t.Log("no control group can be made: its resident memory is watched")
		t.Setenv("GOMEMLIMIT", strconv.Itoa(memoryLimit/5*4)) // as the service sets it in a group
		return aureatest.Serve(t, "--max-memory", strconv.Itoa(memoryLimit/2))
	}
	const enter = `echo $$ > "$0/cgroup.procs" && exec "$@"`
	return aureatest.ServeBy(t, exec.CommandContext(context.Background(), "sh", "-c", enter, dir, aureatest.Binary(t), "serve"))
}

// An attackedService service is asked for its health all the while.
type attackedService struct {
	t      *testing.T
	url    string
	target string // of jobs
}

// healthy reports whether the service says that it is healthy.
func (a attackedService) healthy() bool {
	response, err := http.Get(a.url + "/health")
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode == http.StatusOK
}

// call returns the status and the body of an answer.
func (a attackedService) call(method, path, body string) (int, map[string]any) {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	var answer map[string]any
	_ = json.NewDecoder(response.Body).Decode(&answer) // what it has not, the test misses
	return response.StatusCode, answer
}

// openConns opens so many connections, each of which sends the text and reads nothing.
func (a attackedService) openConns(n int, text string) (leave func()) {
	a.t.Helper()
	var conns []net.Conn
	for range n {
		conn, err := net.Dial("tcp", strings.TrimPrefix(a.url, "http://"))
		if err != nil {
			a.t.Fatal(err)
		}
		conns = append(conns, conn)
		_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		_ = conn.SetWriteDeadline(time.Now().Add(time.Minute))
		_, _ = io.WriteString(conn, text) // a refused one may be closed meanwhile
	}
	return func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
	}
}

func rawGet(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n" }

// largeSpec is of a megabyte whose run fails at once.
var largeSpec = `{"num_jobs": 1, "include_jobs": false, "workload": {"kind": "http", "url": "http://127.0.0.1:1/", "body": "` + strings.Repeat("x", 1000<<10) + `"}}`

// sendHostilePaths has a run look for paths that cannot be walked to their end.
func (a attackedService) sendHostilePaths() {
	spec := fmt.Sprintf(`{"num_jobs": 4, "concurrency": 4, "timeout": "2s", "workload": {"kind": "http", "url": %q, "expect": {"json": {"path": "$%s.x"}}}}`,
		a.target+"/nested", strings.Repeat("..*", 12))
	status, result := a.call("POST", "/benchmark/run", spec)
	if status != http.StatusOK || result["failed_jobs"] != 4.0 {
		a.t.Errorf("a run with a hostile path: %d, %v jobs failed, want 4", status, result["failed_jobs"])
	}
}

// requestLargePages asks for pages of large runs, and for those runs, and reads none of it.
func (a attackedService) requestLargePages() {
	id := ""
	for range 20 {
		status, run := a.call("POST", "/v1/runs", largeSpec)
		if status == http.StatusAccepted {
			id = run["id"].(string)
		}
		_, _ = a.call("GET", "/v1/runs/"+id+"?wait=10s", "")
	}
	leave := a.openConns(20, rawGet("/v1/runs?limit=200"))
	defer leave()
	defer a.openConns(200, rawGet("/v1/runs/"+id))()
	status, page := a.call("GET", "/v1/runs?limit=5", "")
	if runs, _ := page["runs"].([]any); status != http.StatusServiceUnavailable && len(runs) != 5 {
		a.t.Errorf("a page meanwhile: %d with %d runs", status, len(runs))
	}
}

// watchWithoutReading has many read the events of a large run that goes on.
func (a attackedService) watchWithoutReading() {
	spec := strings.Replace(largeSpec, `"workload": {`, `"timeout": "1h", "workload": {"failure": {"rate": 1, "kind": "timeout"}, `, 1)
	status, run := a.call("POST", "/v1/runs", spec)
	if status != http.StatusAccepted {
		a.t.Fatalf("a large run: %d %v", status, run["error"])
	}
	id := run["id"].(string)
	leave := a.openConns(1000, rawGet("/v1/runs/"+id+"/events"))
	defer leave()
	if status, run := a.call("POST", "/v1/runs/"+id+"/cancel", ""); status != http.StatusAccepted {
		a.t.Errorf("its cancel: %d %v", status, run["error"])
	}
}

// holdBodies holds bodies of a megabyte open.
func (a attackedService) holdBodies() {
	head := "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n"
	leave := a.openConns(800, head+largeSpec[:1000<<10])
	defer leave()
	status, answer := a.call("POST", "/v1/runs", largeSpec)
	if says, _ := answer["error"].(string); status != http.StatusServiceUnavailable || !strings.Contains(says, "half of --max-memory") {
		a.t.Errorf("a body beyond the budget: %d %q, want 503 with the numbers", status, says)
	}
}

// runGreedyJobs has jobs keep, and render, more than there is.
func (a attackedService) runGreedyJobs() {
	const kept = `{"num_jobs": 20000, "concurrency": 10000, "workload": {"kind": "http", "url": %q, "expect": {"json": {"path": "$"}}}}`
	status, answer := a.call("POST", "/benchmark/run", fmt.Sprintf(kept, a.target+"/slow"))
	if says, _ := answer["error"].(string); status != http.StatusBadRequest || !strings.Contains(says, "10000 in flight") || !strings.Contains(says, "--max-memory") {
		a.t.Errorf("jobs that keep too much: %d %q", status, says)
	}
	rendered := fmt.Sprintf(`{"rate": 1000, "duration": "1s", "include_jobs": false, "workload": {"kind": "http", "url": %q, "body": "{{job}} %s"}}`,
		a.target+"/slow", strings.Repeat("x", 900<<10))
	if status, answer = a.call("POST", "/benchmark/run", rendered); status != http.StatusOK {
		a.t.Errorf("jobs that render too much: %d %v", status, answer["error"])
	}
	status, answer = a.call("POST", "/benchmark/run", fmt.Sprintf(`{"num_jobs": 1, "workload": {"kind": "http", "url": %q}}`, a.url+"/health"))
	if says, _ := answer["error"].(string); status != http.StatusBadRequest || !strings.Contains(says, "that is this service itself") {
		a.t.Errorf("jobs that call their own service: %d %q", status, says)
	}
}

// A service in a control group of 512 MB survives what others make it hold, one
// kind after the other, and answers for its health all the while.
func TestSurvivesWithin512MB(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it takes seconds")
	}
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/nested" {
			_, _ = io.WriteString(w, strings.Repeat("[[],", 25)+"1"+strings.Repeat("]", 25))
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(300 * time.Millisecond)
	}))
	defer target.Close()
	url, process := serveInCgroup(t, newMemoryCgroup(t))
	a := attackedService{t, url, target.URL}
	for _, attack := range []struct {
		name string
		do   func()
	}{
		{"paths", a.sendHostilePaths}, {"pages", a.requestLargePages}, {"readers", a.watchWithoutReading}, {"bodies", a.holdBodies}, {"jobs", a.runGreedyJobs},
	} {
		var watching sync.WaitGroup
		over := make(chan struct{})
		watching.Go(func() {
			for sick := false; !sick; sick = !a.healthy() {
				select {
				case <-over:
					return
				case <-time.After(50 * time.Millisecond):
				}
			}
			t.Errorf("%s: /health is not answered", attack.name)
		})
		begun := time.Now()
		attack.do()
		close(over)
		watching.Wait()
		t.Logf("%s: %v, at most %d MiB so far", attack.name, time.Since(begun).Round(time.Millisecond), peakMemory(t, process)>>20)
		if t.Failed() {
			return
		}
	}
	if most := peakMemory(t, process); most > memoryLimit {
		t.Errorf("it took %d bytes at its most, want at most %d", most, memoryLimit)
	}
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMemory is the most resident memory that a process has had.
func peakMemory(t *testing.T, process *os.Process) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process.Pid))
	match := highWater.FindSubmatch(status)
	if err != nil || match == nil {
		t.Fatalf("the service has ended (%v)", err)
	}
	kilobytes, _ := strconv.ParseInt(string(match[1]), 10, 64)
	return kilobytes << 10
}
