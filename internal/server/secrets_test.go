package server

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

const secret = "hush-5f0c8d1f6a1c4a1e"

// specWithSecrets returns a spec whose jobs send secrets to the target.
func specWithSecrets(url string) string {
	return fmt.Sprintf(`{"num_jobs": 2, "name": "secretive", "sample": 1,
		"workload": {"kind": "http", "url": "%s/?api_key=%s",
		"headers": {"Authorization": "Bearer %s", "Cookie": "session=%s", "X-Api-Key": "%s", "Accept": "text/plain"}}}`, url, secret, secret, secret, secret)
}

// openStore opens a store in a folder, for a service that is closed before it.
func openStore(t *testing.T, folder string) *store.Store {
	t.Helper()
	opened, err := store.Open(t.Context(), folder, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

// Jobs send the secrets of their spec; no response and no stored data contains
// them.
func TestSecretsAreMasked(t *testing.T) {
	var right atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "session="+secret)
		w.Header().Set("Location", "/?token="+secret)
		fmt.Fprintf(w, `{"access_token": "%s", "name": "a token"}`, secret)
		sent := []string{r.Header.Get("Authorization"), r.Header.Get("Cookie"), r.Header.Get("X-Api-Key"),
			r.URL.Query().Get("api_key")}
		if strings.Join(sent, " ") == fmt.Sprintf("Bearer %s session=%s %s %s", secret, secret, secret, secret) {
			right.Add(1)
		}
	}))
	defer target.Close()
	folder := t.TempDir()
	s := serve(t, runs.Options{Store: openStore(t, folder), Owner: "test"})

	answers := map[string]answer{
		"POST /benchmark/run": s.run(specWithSecrets(target.URL)),
		"POST /v1/runs":       s.call("POST", "/v1/runs", strings.NewReader(specWithSecrets(target.URL)), isJSON),
	}
	var run document
	answers["POST /v1/runs"].into(t, &run)
	id := fmt.Sprint(run["id"])
	for _, path := range []string{"?wait=1m", "", "/events", "/jobs", "/histogram"} {
		answers["GET run"+path] = s.call("GET", "/v1/runs/"+id+path, nil)
	}
	answers["GET /v1/runs"] = s.call("GET", "/v1/runs", nil)
	answers["GET /v1/compare"] = s.call("GET", "/v1/compare?base="+id+"&head="+id, nil)
	answers["GET /metrics"] = s.call("GET", "/metrics", nil)
	answers["PATCH run"] = s.call("PATCH", "/v1/runs/"+id, strings.NewReader(`{"note": "n"}`), isJSON)
	for what, got := range answers {
		if got.status >= 300 {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
		if bytes.Contains(got.body, []byte(secret)) {
			t.Errorf("%s contains a secret: %s", what, got.body)
		}
	}
	if !strings.Contains(string(answers["GET run"].body), `"Authorization":"***"`) ||
		!strings.Contains(string(answers["GET run"].body), `"Accept":"text/plain"`) {
		t.Errorf("the stored run does not show which headers it had: %s", answers["GET run"].body)
	}
	const sampled = `"body":"{\"access_token\": \"***\", \"name\": \"a token\"}"`
	for _, what := range []string{"POST /benchmark/run", "GET run", "GET run/events"} {
		if !bytes.Contains(answers[what].body, []byte(sampled)) {
			t.Errorf("%s has no sample with a masked response: %s", what, answers[what].body)
		}
	}
	if bytes.Contains(answers["GET /v1/runs"].body, []byte("sampled_jobs")) {
		t.Error("a list has the sample")
	}
	if right.Load() != 4 {
		t.Errorf("%d jobs sent the secrets to the target, want 4", right.Load())
	}
	for _, file := range []string{"aurea.db", "aurea.db-wal"} {
		content, err := os.ReadFile(filepath.Join(folder, file))
		if err == nil && bytes.Contains(content, []byte(secret)) {
			t.Errorf("%s contains a secret", file)
		}
	}
}

// A run that an earlier version stored with its secrets is masked when it is
// read.
func TestEarlierSecretsAreMasked(t *testing.T) {
	opened := openStore(t, t.TempDir())
	spec := decode(t, specWithSecrets("http://127.0.0.1:1"))
	run := aurea.Run{ID: "benchmark-earlier", Name: spec.Name, Labels: map[string]string{}, Status: aurea.StatusQueued,
		CreatedAt: time.Now().UTC().Truncate(time.Microsecond), Spec: spec, Timeline: []aurea.RunEvent{}}
	if _, err := opened.Create(t.Context(), run, aurea.Submission{Owner: "test"}); err != nil {
		t.Fatal(err)
	}
	for _, status := range []aurea.Status{aurea.StatusRunning, aurea.StatusCompleted} {
		if err := run.Move(status, run.CreatedAt); err != nil {
			t.Fatal(err)
		}
	}
	run.Result = finished(spec).Result
	run.Result.ID = run.ID
	if _, err := opened.Finish(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	s := serve(t, runs.Options{Store: opened, Owner: "test"})
	for _, path := range []string{
		"/v1/runs", "/v1/runs?name=secretive", "/v1/runs/benchmark-earlier",
		"/v1/runs/benchmark-earlier?wait=1s", "/v1/runs/benchmark-earlier/events",
	} {
		got := s.call("GET", path, nil)
		if got.status != 200 || !bytes.Contains(got.body, []byte("secretive")) {
			t.Errorf("%s: %d %s, want the run secretive", path, got.status, got.body)
		}
		if bytes.Contains(got.body, []byte(secret)) {
			t.Errorf("%s contains the secret: %s", path, got.body)
		}
	}
}

// A stored spec cannot be run with masks in place of its secrets; the error
// names the missing ones.
func TestMaskedSpecNamesMissingSecrets(t *testing.T) {
	s := serve(t, runs.Options{})
	for _, path := range []string{"/v1/runs", "/benchmark/run"} {
		got := s.call("POST", path, strings.NewReader(strings.ReplaceAll(specWithSecrets("http://127.0.0.1:1"), secret,
			"x")), isJSON)
		if got.status >= 300 {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		again := s.call("POST", path, strings.NewReader(`{"num_jobs": 1, "workload": {"kind": "http", "url": "http://127.0.0.1:1/", "headers": {"Authorization": "***", "Cookie": "a"}}}`), isJSON)
		_, wrong := again.problem(t, 400)
		if len(wrong) != 1 || wrong["body.workload.headers.Authorization"] == "" {
			t.Errorf("%s: wrong are %v, want only the masked header", path, wrong)
		}
	}
}
