package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// get returns the body of a response.
func get(t *testing.T, url string) string {
	t.Helper()
	_, body := getStatus(t, url)
	return body
}

// getStatus returns the status and the body of a response.
func getStatus(t *testing.T, url string) (status int, body string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// post returns the body of a response to JSON.
func post(t *testing.T, url, body string) string {
	t.Helper()
	response, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// waitFor polls until the condition holds. It fails after a minute.
func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the condition did not hold within a minute")
		}
	}
}

// serveHere starts a service in this process with the given flags. stop ends it,
// as the end of the test does; then logged is all that it has printed.
func serveHere(t *testing.T, flags ...string) (url string, logged *bytes.Buffer, stop func()) {
	t.Helper()
	address := aureatest.FreeAddress(t)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan int, 1)
	logged = &bytes.Buffer{}
	args := append([]string{"serve", "--listen", address}, flags...)
	go func() { served <- run(ctx, args, strings.NewReader(""), io.Discard, logged) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if code := <-served; code != exitOK {
			t.Errorf("the service exits with %d, want %d", code, exitOK)
		}
	})
	t.Cleanup(stop)
	url = "http://" + address
	waitFor(t, func() bool {
		response, err := http.Get(url + "/readyz")
		if err != nil {
			return false
		}
		_ = response.Body.Close() // only the status matters
		return response.StatusCode == http.StatusOK
	})
	return url, logged, stop
}

// writeFileIn writes a file in a directory.
func writeFileIn(t *testing.T, directory, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// waitReady waits until a service is ready.
func waitReady(t *testing.T, service *client.Client) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); service.Ready() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the service was not ready within a minute")
		}
	}
}

// submit submits a run to a service.
func submit(tb testing.TB, service *client.Client, spec string) aurea.Run {
	tb.Helper()
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		tb.Fatal(err)
	}
	run, err := service.Submit(tb.Context(), decoded, "")
	if err != nil {
		tb.Fatal(err)
	}
	return run
}

// listAllRuns lists all runs of a service, by id.
func listAllRuns(t *testing.T, service *client.Client) map[string]aurea.Run {
	t.Helper()
	all := map[string]aurea.Run{}
	for query := (aurea.RunQuery{Limit: aurea.MaxPage}); ; {
		page, err := service.List(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		runs, err := page.Decode()
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range runs {
			if _, twice := all[run.ID]; twice {
				t.Fatalf("run %s is listed twice", run.ID)
			}
			all[run.ID] = run
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			return all
		}
	}
}
