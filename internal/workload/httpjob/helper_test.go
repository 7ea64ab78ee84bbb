package httpjob

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// serve starts a server with a handler. The server ends with the test.
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// with returns the kind http with a policy, and the kinds that may contain it.
// Its jobs may call only this machine.
func with(policy workload.Policy) *workload.Set {
	return workload.NewSet(policy, Kind(egress.Allowlist{}), workload.Noop, workload.Mix, workload.Steps)
}

// local has the default policy.
var local = with(workload.Policy{})

// call returns an http workload with the given parameters.
func call(parameters map[string]any) aurea.Workload {
	return aurea.Workload{Kind: "http", Parameters: parameters}
}

// runJob runs one http job. parameters is JSON, with $URL for the server's URL.
func runJob(t testing.TB, url, parameters string, job int64) workloadtest.Outcome {
	t.Helper()
	parsed := workloadtest.Parse(t, strings.ReplaceAll(parameters, "$URL", url))
	return runOf(t, workloadtest.Open(t, local, call(parsed)), job)
}

// runOf runs one job with a timeout that it does not reach.
func runOf(t testing.TB, jobs workload.Jobs, job int64) workloadtest.Outcome {
	t.Helper()
	return workloadtest.Run(t, jobs, job, time.Minute)
}

// encode returns a value as JSON.
func encode(t testing.TB, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}
