package kinds_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/workload/execjob"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// everything returns options with which every kind is available: exec jobs may
// run the command true.
func everything(t testing.TB) kinds.Options {
	t.Helper()
	o := kinds.Options{Commands: listed(t, fmt.Sprintf(`{"commands": {"true": {"path": %q}}}`, found(t, "true")))}
	o.Dir = t.TempDir()
	return o
}

// found returns the absolute path of a program.
func found(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// listed reads an operator's list of commands.
func listed(t testing.TB, list string) map[string]execjob.Command {
	t.Helper()
	commands, err := execjob.ParseCommands([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	return commands
}

// serve starts a server with a handler and returns its URL. The server ends with
// the test.
func serve(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}
