package httpjob

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// withFiles returns the kind http with a directory of files, given their names
// and contents.
func withFiles(t *testing.T, policy workload.Policy, contents map[string]string) *workload.Set {
	t.Helper()
	directory := t.TempDir()
	for name, content := range contents {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if policy.Files, err = files.In(directory); err != nil {
		t.Fatal(err)
	}
	return with(policy)
}

// everyByte is a file that is no text, with what looks like a field.
const everyByte = "\x00\xff{{job}}\r\n\x80"

// Jobs send a file byte for byte.
func TestBodyFile(t *testing.T) {
	seen := make(chan sent, 1)
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen <- sent{Method: r.Method, Path: r.URL.Path, Body: string(body)}
	})
	long := strings.Repeat("x", 3<<20)
	set := withFiles(t, workload.Policy{}, map[string]string{"a": everyByte, "empty": "", "long": long})
	for parameters, want := range map[string]sent{
		`"url": "$URL/", "body_file": "a"`:                     {Method: "POST", Path: "/", Body: everyByte},
		`"url": "$URL/{{job}}", "body_file": "a"`:              {Method: "POST", Path: "/7", Body: everyByte},
		`"url": "$URL/", "body_file": "empty"`:                 {Method: "POST", Path: "/"},
		`"url": "$URL/", "method": "PUT", "body_file": "long"`: {Method: "PUT", Path: "/", Body: long},
	} {
		w := call(workloadtest.Parse(t, "{"+strings.ReplaceAll(parameters, "$URL", server.URL)+"}"))
		if o := runOf(t, workloadtest.Open(t, set, w), 7); o.Err != nil {
			t.Errorf("%s: %v", parameters, o.Err)
			continue
		}
		if diff := cmp.Diff(want, <-seen); diff != "" {
			t.Errorf("%s (-want +got):\n%.500s", parameters, diff)
		}
	}
}

// A part of a form may be a file.
func TestMultipartFile(t *testing.T) {
	seen := make(chan []receivedPart, 1)
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen <- readParts(t, r) })
	set := withFiles(t, workload.Policy{}, map[string]string{"a.bin": everyByte})
	w := call(workloadtest.Parse(t, `{"url": "`+server.URL+`", "multipart": [
		{"name": "f", "file": "a.bin"},
		{"name": "g", "file": "a.bin", "filename": "b", "type": "text/csv"},
		{"name": "n", "value": "{{job}}"}
	]}`))
	if o := runOf(t, workloadtest.Open(t, set, w), 7); o.Err != nil {
		t.Fatal(o.Err)
	}
	want := []receivedPart{
		{"f", "a.bin", "application/octet-stream", everyByte}, {"g", "b", "text/csv", everyByte}, {"n", "", "", "7"},
	}
	if diff := cmp.Diff(want, <-seen); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
}

// Files are checked with the other parameters.
func TestFilesAreChecked(t *testing.T) {
	contents := map[string]string{"a": everyByte, "long": strings.Repeat("x", 400)}
	set := withFiles(t, workload.Policy{MaxMemory: 1000}, contents)
	const byName = "must be the name of a file in the directory of --files, without a path; got "
	for parameters, want := range map[string]string{
		`"body_file": "b"`:              `body_file: names "b", which cannot be opened: no such file or directory`,
		`"body_file": "/etc/passwd"`:    "body_file: " + byName + `"/etc/passwd"`,
		`"body_file": "a", "body": "b"`: "body_file: cannot be given together with body; set only one",
		`"body_file": "a", "headers": {"Content-Length": "1"}`: "headers.Content-Length: is the client's own to set " +
			"with a file; leave it out",
		`"multipart": {"name": "a", "file": "../b"}`: "multipart[0].file: " + byName + `"../b"`,
		`"body_file": "long"`: "body_file: is too much: 1 in flight with 1.172 KiB of memory each; this host gives " +
			"all jobs together 1000 bytes of memory (--max-memory)",
	} {
		w := call(workloadtest.Parse(t, `{"url": "http://localhost/", `+parameters+`}`))
		if got := workloadtest.Refusal(set, w, 0); got != "workload."+want {
			t.Errorf("%s:\n got %s\nwant workload.%s", parameters, got, want)
		}
	}
	const none = "workload.body_file: names a file, and this service has none; the operator can give it a directory " +
		"with --files"
	w := call(map[string]any{"url": "http://localhost/", "body_file": "a"})
	if got := workloadtest.Refusal(local, w, 0); got != none {
		t.Errorf("without files: got %s, want %s", got, none)
	}
}

// The memory of files counts while the jobs are open, and not after.
func TestFilesTakeMemory(t *testing.T) {
	set := withFiles(t, workload.Policy{MaxMemory: 1000}, map[string]string{"a": strings.Repeat("x", 200)})
	w := call(map[string]any{"url": "http://localhost/", "body_file": "a"})
	resolved, err := set.Resolve(aurea.Plan{Workload: w})
	if err != nil {
		t.Fatal(err)
	}
	var usage workload.Usage
	limit := workload.Limit{Max: 1000}
	jobs, err := resolved.Acquire(t.Context(), &usage)
	if err != nil {
		t.Fatal(err)
	}
	if usage.Memory.Take(401, limit) {
		t.Error("there is room for 401 of 1000 bytes beside 3 copies of 200")
	}
	if _, err := resolved.Acquire(t.Context(), &usage); err == nil {
		t.Error("there is room for the file twice")
	}
	jobs.Close()
	if !usage.Memory.Take(1000, limit) {
		t.Error("the file takes memory after the end of the jobs")
	}
}
