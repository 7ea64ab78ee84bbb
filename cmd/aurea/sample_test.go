package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// tokenServer is a service with a login whose token the other requests send. It
// sends back what it gets.
func tokenServer(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a broken one is shown as it is
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Got", r.Header.Get("X-Plain"))
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s3cr3t"})
		if r.URL.Path == "/busy" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprintf(w, `{"token": "s3cr3t", "got": %q, "auth": "%s"}`, body, r.URL.Query().Get("plain"))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func sampleSpec(url string) string {
	return `
num_jobs: 60
sample: 2
seed: 5
secrets: [T_SECRET]
workload:
  kind: mix
  parts:
    - name: shop
      weight: 3
      workload:
        kind: steps
        steps:
          - {name: login, kind: http, url: "` + url + `/login?plain=${T_SECRET}", form: {user: ann, password: s3cr3t},
             headers: {X-Plain: "${T_SECRET}"}, capture: {token: $.token}}
          - {name: view, kind: http, url: "` + url + `/view", headers: {Authorization: "Bearer {{token}}"}}
    - {name: busy, workload: {kind: http, url: "` + url + `/busy", body: {is: "${T_SECRET}"}}}
`
}

// The sample has the same jobs whatever the concurrency, each with its requests in
// order, and two failures of a class. No secret is in it, in a report or in the
// history.
func TestSample(t *testing.T) {
	t.Setenv("T_SECRET", namedSecret)
	file := writeTestFile(t, "spec.yaml", sampleSpec(tokenServer(t)))
	var drawn []map[int64][]string
	for _, concurrency := range []string{"1", "7"} {
		history, page := filepath.Join(t.TempDir(), "history"), filepath.Join(t.TempDir(), "report.html")
		code, stdout, stderr := runCommand(t, "", "run", file, "--concurrency", concurrency, "--history", history,
			"-v", "-o", "json", "-o", "html="+page)
		checkExit(t, "the run", code, exitOK, stderr)
		var result aurea.Result
		if err := json.Unmarshal([]byte(stdout), &result); err != nil {
			t.Fatal(err)
		}
		requests, failures := map[int64][]string{}, 0
		for _, job := range result.SampledJobs {
			if !job.Sampled {
				failures++
				checkContains(t, "a failure", job.Class+" "+job.Exchanges[0].Step, "status_503 busy")
				continue
			}
			for _, e := range job.Exchanges {
				requests[job.Job] = append(requests[job.Job], fmt.Sprint(e.Step, " ", e.Method, " ", e.Response.Status))
			}
		}
		if failures != 2 {
			t.Errorf("%d failures are kept, want 2", failures)
		}
		drawn = append(drawn, requests)
		checkNoSecret(t, "what the command prints", stdout+stderr)
		checkFiles(t, history)
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		checkNoSecret(t, "the page", string(content))
		checkContains(t, "the page", string(content), "Requests of a sample of jobs", "X-Plain: ***")

		code, text, stderr := runCommand(t, "", "runs", "show", "last", "--history", history, "-v")
		checkExit(t, "show", code, exitOK, stderr)
		checkNoSecret(t, "the text", text)
		checkContains(t, "the text", text, "> POST ", "> X-Plain: ***", "< Set-Cookie: ***", "> password=***&user=ann")
	}
	if diff := cmp.Diff(drawn[0], drawn[1]); diff != "" || len(drawn[0]) != 2 {
		t.Errorf("%v are drawn; with 7 jobs in flight (-want +got):\n%s", drawn[0], diff)
	}
	shop := []string{"shop.login POST 200", "shop.view GET 200"}
	for job, requests := range drawn[0] {
		if diff := cmp.Diff(shop, requests); diff != "" && requests[0] != "busy POST 503" {
			t.Errorf("the requests of job %d (-want +got):\n%s", job, diff)
		}
	}
}

// The flag --sample keeps a sample of a run without a file.
func TestSampleFlag(t *testing.T) {
	target := tokenServer(t)
	code, stdout, stderr := runCommand(t, "", "run", target+"/", "--jobs", "3", "--sample", "2", "--no-history")
	checkExit(t, "the run", code, exitOK, stderr)
	checkContains(t, "the text", stdout, "the requests of 2 jobs; -v shows them", "--sample 2")
}
