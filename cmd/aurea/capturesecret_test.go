package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
)

// A secret that a service sends back is masked, also where a step has captured it
// and the request with it fails.
func TestCapturedSecret(t *testing.T) {
	t.Setenv("T_SECRET", namedSecret)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<%s>\n", r.Header.Get("X-Key"))
	}))
	t.Cleanup(target.Close)
	file := writeTestFile(t, "spec.yaml", `
num_jobs: 2
secrets: [T_SECRET]
workload:
  kind: steps
  steps:
    - {name: one, kind: http, url: "`+target.URL+`", headers: {X-Key: "${T_SECRET}"}, capture: {key: "regex (?s).+"}}
    - {name: two, kind: http, url: "`+target.URL+`", headers: {X-Key: "{{key}}"}}
`)
	history := filepath.Join(t.TempDir(), "history")
	code, stdout, stderr := runCommand(t, "", "run", file, "--history", history, "--include-jobs", "-o", "json")
	checkExit(t, "the run", code, exitInvalid, stderr)
	checkContains(t, "the result", stdout, `"class":"template"`, "step two: the request cannot be sent", "***")
	checkNoSecret(t, "what the command prints", stdout+stderr)
	checkFiles(t, history)
}
