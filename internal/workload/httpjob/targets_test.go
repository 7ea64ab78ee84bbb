package httpjob

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// recordLines starts a server that notes each request as a line: method, path,
// two headers and the body.
func recordLines(t *testing.T) (url string, lines func() []string) {
	t.Helper()
	var mu sync.Mutex
	var seen []string
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, fmt.Sprintf("%s %s %q %q %q", r.Method, r.URL, r.Header["A"], r.Header["B"], body))
	})
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		taken := seen
		seen = nil
		return taken
	}
}

// Jobs send the requests of a file in their order, from the first again after the
// last, in both formats.
func TestTargets(t *testing.T) {
	url, lines := recordLines(t)
	set := withFiles(t, workload.Policy{}, map[string]string{
		"http.txt": "# of a shop\nGET " + url + "/a?b=c\nA: 1\nA: 2\n\nPOST " + url + "/{{job}}\n@body.bin\n" +
			"DELETE " + url + "/d\nb: mine\n",
		"body.bin": everyByte,
		"json.txt": `{"method": "PUT", "url": "` + url + `/j", "body": "/w==", "header": {"A": ["1", "2"]}}` + "\n",
	})
	w := call(map[string]any{"targets": "http.txt", "headers": map[string]any{"B": "all"}})
	jobs := workloadtest.Open(t, set, w)
	for job := range int64(4) {
		if o := workloadtest.Run(t, jobs, job, time.Minute); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	want := []string{
		`GET /a?b=c ["1" "2"] ["all"] ""`,
		fmt.Sprintf(`POST /%%7B%%7Bjob%%7D%%7D [] ["all"] %q`, everyByte),
		`DELETE /d [] ["mine"] ""`,
		`GET /a?b=c ["1" "2"] ["all"] ""`,
	}
	if diff := cmp.Diff(want, lines()); diff != "" {
		t.Errorf("the requests of the format http (-want +got):\n%s", diff)
	}
	jobs = workloadtest.Open(t, set, call(map[string]any{"targets": "json.txt"}))
	if o := workloadtest.Run(t, jobs, 5, time.Minute); o.Err != nil {
		t.Fatal(o.Err)
	}
	if diff := cmp.Diff([]string{`PUT /j ["1" "2"] [] "\xff"`}, lines()); diff != "" {
		t.Errorf("the requests of the format json (-want +got):\n%s", diff)
	}
}

// A random order is drawn by the seed and the job's number, so it is the same
// again, and reaches every request.
func TestTargetsAtRandom(t *testing.T) {
	url, lines := recordLines(t)
	var file strings.Builder
	for i := range 4 {
		fmt.Fprintf(&file, "GET %s/%d\n", url, i)
	}
	set := withFiles(t, workload.Policy{}, map[string]string{"t": file.String()})
	draw := func() []string {
		jobs := workloadtest.Open(t, set, call(map[string]any{"targets": "t", "targets_order": "random"}))
		for job := range int64(64) {
			if o := workloadtest.Run(t, jobs, job, time.Minute); o.Err != nil {
				t.Fatal(o.Err)
			}
		}
		return lines()
	}
	first := draw()
	if diff := cmp.Diff(first, draw()); diff != "" {
		t.Errorf("the second time (-first +second):\n%s", diff)
	}
	counts := map[string]int{}
	for _, line := range first {
		counts[line]++
	}
	if len(counts) != 4 {
		t.Errorf("64 jobs sent %d of the 4 requests: %v", len(counts), counts)
	}
}

// What is wrong in a file is said with its line, before anything is sent.
func TestTargetsAreRefused(t *testing.T) {
	contents := map[string]string{
		"empty.txt":  "# nothing\n\n",
		"line.txt":   "GET http://127.0.0.1/\n\nget http://127.0.0.1/\n",
		"far.txt":    "GET http://127.0.0.1/\nGET http://192.0.2.1/\n",
		"header.txt": "GET http://127.0.0.1/\nContent-Length: 7\n",
		"body.txt":   "GET http://127.0.0.1/\nPOST http://127.0.0.1/\n@gone.bin\n",
		"json.txt":   `{"method": "GET", "url": "ftp://127.0.0.1/"}`,
		"good.txt":   "GET http://127.0.0.1/\n",
		"large.txt":  strings.Repeat("POST http://127.0.0.1/\n@large.bin\n", 100),
		"large.bin":  strings.Repeat("x", 4<<10),
	}
	set := withFiles(t, workload.Policy{MaxMemory: 1 << 20}, contents)
	for text, want := range map[string]string{
		`{}`: "workload.url: is needed: whom to call; path and query may have fields such as {{job}}; " +
			"or targets in its place",
		`{"targets": "gone.txt"}`: `workload.targets: names "gone.txt", ` +
			"which cannot be opened: no such file or directory",
		`{"targets": "empty.txt"}`: "workload.targets: names empty.txt, which has no targets",
		`{"targets": "line.txt"}`: `workload.targets: line.txt:3:1: must be a target such as ` +
			`GET http://localhost/; got "get http://127.0.0.1/"`,
		`{"targets": "far.txt"}`: `workload.targets: far.txt:2: must not call "192.0.2.1": ` +
			"this service may call nothing but loopback; the operator can allow it with --allow-target 192.0.2.1",
		`{"targets": "header.txt"}`: "workload.targets: header.txt:1: the header Content-Length must be " +
			`the body's, 0, or left out; got "7"`,
		`{"targets": "body.txt"}`: `workload.targets: body.txt:2: the body names "gone.bin", ` +
			"which cannot be opened: no such file or directory",
		`{"targets": "json.txt"}`: `workload.targets: json.txt:1: `,
		`{"targets": "good.txt", "url": "http://127.0.0.1/"}`: "workload.url: cannot be given together with targets, " +
			"whose file says it; set only one",
		`{"targets": "good.txt", "body": "x"}`: "workload.body: cannot be given together with targets, " +
			"whose file says it; set only one",
		`{"targets": "good.txt", "headers": {"A": "{{job}}"}}`: "workload.headers.A: cannot have fields together with " +
			"targets, which have none",
		`{"targets": "large.txt"}`: "workload.targets: ",
	} {
		got := workloadtest.Refusal(set, call(workloadtest.Parse(t, text)), 1)
		begins := strings.HasSuffix(want, ": ") && strings.HasPrefix(got, want)
		if got != want && !begins {
			t.Errorf("%s\n%s\nwant %s", text, got, want)
		}
	}
	if got := workloadtest.Refusal(set, call(map[string]any{"targets": "good.txt"}), 1); got != "" {
		t.Errorf("a good file is refused: %s", got)
	}
}
