package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// namedSecret is in the environment alone.
const namedSecret = "s3cr3t/&named"

// secretSpec has the secret where no name of a header or parameter gives it away.
const secretSpec = `
num_jobs: 3
name: of ${T_SECRET}
secrets: [T_SECRET]
workload:
  kind: http
  url: TARGET/at/${T_SECRET}
  headers: {X-Plain: "a ${T_SECRET}"}
  body:
    is: ${T_SECRET}
  expect: {json: {path: $.is, equals: other}}
`

// echoServer answers with the body that it gets, and counts the requests that have
// the secret everywhere.
func echoServer(t *testing.T) (url string, right func() int) {
	t.Helper()
	var mu sync.Mutex
	var count int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a broken one is not right
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path == "/at/"+namedSecret && r.Header.Get("X-Plain") == "a "+namedSecret &&
			bytes.Contains(body, []byte(namedSecret)) {
			count++
		}
		_, _ = w.Write(body) // the job would fail
	}))
	t.Cleanup(server.Close)
	return server.URL, func() int {
		mu.Lock()
		defer mu.Unlock()
		return count
	}
}

// checkNoSecret reports a text that has the secret, as it is or escaped.
func checkNoSecret(t *testing.T, what, text string) {
	t.Helper()
	if strings.Contains(text, "s3cr3t") {
		t.Errorf("%s has the secret: %.2000s", what, text)
	}
}

// checkFiles reports the files of a directory that have the secret.
func checkFiles(t *testing.T, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		checkNoSecret(t, path, string(content))
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files of %s were read: %v", files, dir, err)
	}
}

// A secret reaches the target, and nothing that is stored, shown, logged or
// exported, whether the run is here or at a server.
func TestNamedSecrets(t *testing.T) {
	t.Setenv("T_SECRET", namedSecret)
	target, right := echoServer(t)
	file := writeTestFile(t, "spec.yaml", strings.ReplaceAll(secretSpec, "TARGET", target))
	folder := t.TempDir()
	url, logged, stop := serveHere(t, "--data", folder)
	history := filepath.Join(t.TempDir(), "history")
	for _, place := range [][]string{{"--server", url}, {"--history", history}} {
		t.Run(place[0], func(t *testing.T) {
			before := right()
			args := []string{"run", file, "--include-jobs", "-o", "text", "-o", "json=" + filepath.Join(folder, "r.json"),
				"-o", "html=" + filepath.Join(folder, "r.html"), "-o", "junit=" + filepath.Join(folder, "r.xml"),
				"-o", "markdown=" + filepath.Join(folder, "r.md")}
			code, stdout, stderr := runCommand(t, "", append(args, place...)...)
			checkExit(t, "the run", code, exitInvalid, stderr)
			checkNoSecret(t, "what the command prints", stdout+stderr)
			checkContains(t, "the result", stdout, `the answer has *** at $.is`, "of ***")
			if got := right() - before; got != 3 {
				t.Errorf("%d requests had the secret, want 3", got)
			}
			for _, args := range [][]string{{"runs", "list"}, {"runs", "show", "last"}, {"runs", "export", "last"}, {"report", "last"}} {
				code, stdout, stderr := runCommand(t, "", append(args, place...)...)
				checkExit(t, strings.Join(args, " "), code, exitOK, stderr)
				checkNoSecret(t, strings.Join(args, " "), stdout+stderr)
			}
		})
	}
	checkServedRun(t, url)
	stop()
	checkFiles(t, folder)
	checkFiles(t, history)
	checkNoSecret(t, "the log", logged.String())
}

// checkServedRun checks what the server shows of its newest run, and that the spec
// it shows cannot be run again as it is.
func checkServedRun(t *testing.T, url string) {
	t.Helper()
	var page aurea.RunPage
	if err := json.Unmarshal([]byte(get(t, url+"/v1/runs")), &page); err != nil {
		t.Fatal(err)
	}
	run := page.Runs[0]
	checkContains(t, "the stored spec", string(run.Spec), `"secrets":["T_SECRET"]`, `"X-Plain":"a ***"`, `/at/***"`)
	for _, path := range []string{"/v1/runs", "/v1/runs/ID", "/v1/runs/ID/events", "/v1/runs/ID/jobs?format=csv",
		"/v1/runs/ID/jobs", "/v1/runs/ID/histogram", "/metrics", "/v1/compare?base=ID&head=ID"} {
		text := get(t, url+strings.ReplaceAll(path, "ID", run.ID))
		checkNoSecret(t, path, text)
		if text == "" {
			t.Errorf("%s is empty", path)
		}
	}
	again := post(t, url+"/v1/runs", string(run.Spec))
	checkContains(t, "the answer to the stored spec", again, `"status":400`,
		"T_SECRET has no value here; run the spec file with T_SECRET set")
	refused := post(t, url+"/v1/runs", fmt.Sprintf(`{"num_jobs": "x", "name": "${PATH}", "secrets": {"A": %q}}`, namedSecret))
	checkNoSecret(t, "the answer to a wrong spec", refused)
	literal := post(t, url+"/benchmark/run", `{"num_jobs": 1, "job_duration_ms": 0, "name": "${PATH}"}`)
	checkContains(t, "a name with a variable", literal, `"name":"${PATH}"`)
}
