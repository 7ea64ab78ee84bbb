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

// memoryLimit is the memory of the attacked service, in bytes.
const memoryLimit = 512 << 20

// newMemoryCgroup creates a cgroup with the limit. It returns "" if it cannot.
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
		t.Cleanup(func() { _ = os.Remove(dir) }) // empty once the process has ended
		if os.WriteFile(filepath.Join(dir, version.limit), []byte(strconv.Itoa(memoryLimit)), 0o600) == nil {
			return dir
		}
	}
	return ""
}

// serveInCgroup starts a service in a cgroup. Without one the service gets the
// limits by its settings, and the test watches its resident memory.
func serveInCgroup(t *testing.T, dir string) (url string, process *os.Process) {
	t.Helper()
	if dir == "" {
		t.Log("cannot create a cgroup: watching resident memory instead")
		t.Setenv("GOMEMLIMIT", strconv.Itoa(memoryLimit/5*4)) // as the service sets it in a group
		return aureatest.Serve(t, "--max-memory", strconv.Itoa(memoryLimit/2))
	}
	const enter = `echo $$ > "$0/cgroup.procs" && exec "$@"`
	command := exec.CommandContext(context.Background(), "sh", "-c", enter, dir, aureatest.Binary(t), "serve")
	return aureatest.ServeCommand(t, command)
}

// An attackedService must answer /health during every attack.
type attackedService struct {
	t      *testing.T
	url    string
	target string // of jobs
}

// healthy reports whether /health answers 200.
func (a attackedService) healthy() bool {
	response, err := http.Get(a.url + "/health")
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode == http.StatusOK
}

// call returns the status and the decoded body of a response.
func (a attackedService) call(method, path, content string) (int, map[string]any) {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, strings.NewReader(content))
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	var body map[string]any
	_ = json.NewDecoder(response.Body).Decode(&body) // callers check the members
	return response.StatusCode, body
}

// openConns opens n connections that send a text and read nothing.
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
		_, _ = io.WriteString(conn, text) // the service may close it
	}
	return func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
	}
}

// rawGet returns a GET request as text.
func rawGet(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n" }

// largeSpec is a spec of a megabyte. Its run fails at once.
var largeSpec = `{"num_jobs": 1, "include_jobs": false, "workload": {"kind": "http", "url": "http://127.0.0.1:1/", ` +
	`"body": "` + strings.Repeat("x", 1000<<10) + `"}}`

// sendHostilePaths runs jobs with a JSON path that takes longer to evaluate than
// their timeout.
func (a attackedService) sendHostilePaths() {
	spec := fmt.Sprintf(`{"num_jobs": 4, "concurrency": 4, "timeout": "2s",
		"workload": {"kind": "http", "url": %q, "expect": {"json": {"path": "$%s.x"}}}}`,
		a.target+"/nested", strings.Repeat("..*", 12))
	status, result := a.call("POST", "/benchmark/run", spec)
	if status != http.StatusOK || result["failed_jobs"] != 4.0 {
		a.t.Errorf("a run with a hostile path: %d, %v jobs failed, want 4", status, result["failed_jobs"])
	}
}

// requestLargePages requests pages of large runs, and the runs themselves, and
// reads none of the responses.
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

// watchWithoutReading watches a large active run from many connections that
// read nothing.
func (a attackedService) watchWithoutReading() {
	const hanging = `"timeout": "1h", "workload": {"failure": {"rate": 1, "kind": "timeout"}, `
	spec := strings.Replace(largeSpec, `"workload": {`, hanging, 1)
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

// holdBodies sends request bodies of a megabyte and does not finish them.
func (a attackedService) holdBodies() {
	head := "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n"
	body := head + largeSpec[:1000<<10]
	// The service drops a body that takes long, so on a slow machine it never holds
	// all of them. It refuses the next one, which is 400 otherwise, once some fill
	// their share of the memory.
	wrong := strings.Replace(largeSpec, `"workload": {`, `"nothing": 1, "workload": {`, 1)
	var status int
	var response map[string]any
	for sent := 0; sent < 800 && status != http.StatusServiceUnavailable; sent += 50 {
		defer a.openConns(50, body)()
		status, response = a.call("POST", "/v1/runs", wrong)
	}
	if message, _ := response["error"].(string); status != http.StatusServiceUnavailable ||
		!strings.Contains(message, "half of --max-memory") {
		a.t.Errorf("a body beyond the budget: %d %q, want 503 with the numbers", status, message)
	}
	a.openConns(400, body)()
}

// runGreedyJobs submits runs that would retain or render more than the memory,
// or would call the service itself.
func (a attackedService) runGreedyJobs() {
	const retaining = `{"num_jobs": 20000, "concurrency": 10000,
		"workload": {"kind": "http", "url": %q, "expect": {"json": {"path": "$"}}}}`
	status, response := a.call("POST", "/benchmark/run", fmt.Sprintf(retaining, a.target+"/slow"))
	a.checkRefused("jobs that retain too much", status, response, "10000 in flight", "--max-memory")
	rendered := fmt.Sprintf(`{"rate": 1000, "duration": "1s", "include_jobs": false,
		"workload": {"kind": "http", "url": %q, "body": "{{job}} %s"}}`,
		a.target+"/slow", strings.Repeat("x", 900<<10))
	if status, response = a.call("POST", "/benchmark/run", rendered); status != http.StatusOK {
		a.t.Errorf("jobs that render much: %d %v", status, response["error"])
	}
	reflexive := fmt.Sprintf(`{"num_jobs": 1, "workload": {"kind": "http", "url": %q}}`, a.url+"/health")
	status, response = a.call("POST", "/benchmark/run", reflexive)
	a.checkRefused("jobs that call their own service", status, response, "that is this service itself")
}

// checkRefused wants a 400 whose error contains the texts.
func (a attackedService) checkRefused(what string, status int, response map[string]any, wants ...string) {
	a.t.Helper()
	if status != http.StatusBadRequest {
		a.t.Errorf("%s: status %d, want 400", what, status)
	}
	message, _ := response["error"].(string)
	checkContains(a.t, "the error of "+what, message, wants...)
}

// A service limited to 512 MB survives all attacks in turn, and answers /health
// throughout.
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
			for healthy := true; healthy; healthy = a.healthy() {
				select {
				case <-over:
					return
				case <-time.After(50 * time.Millisecond):
				}
			}
			t.Errorf("%s: /health does not answer", attack.name)
		})
		begun := time.Now()
		attack.do()
		close(over)
		watching.Wait()
		t.Logf("%s: %v, at most %d MiB so far",
			attack.name, time.Since(begun).Round(time.Millisecond), peakMemory(t, process)>>20)
		if t.Failed() {
			return
		}
	}
	if most := peakMemory(t, process); most > memoryLimit {
		t.Errorf("the peak memory is %d bytes, want at most %d", most, memoryLimit)
	}
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMemory returns the peak resident memory of a process, in bytes.
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
