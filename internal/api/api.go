// Package api holds what the server and the client of the HTTP API share: the
// paths, the problem document and its status table, and the format of events.
//
// Its stance: each of them is declared once, so that what the server writes is
// what the client reads. It holds values and pure functions; it opens no
// connection. Both internal/server and client import it, and it imports only
// the domain.
package api

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// Paths of the API, as patterns of net/http.ServeMux. RunPath fills in {id}.
const (
	Health       = "/health"
	Live         = "/livez"
	Ready        = "/readyz"
	Metrics      = "/metrics"
	RunBenchmark = "/benchmark/run"
	Runs         = "/v1/runs"
	Run          = "/v1/runs/{id}"
	CancelRun    = "/v1/runs/{id}/cancel"
	PauseRun     = "/v1/runs/{id}/pause"
	ResumeRun    = "/v1/runs/{id}/resume"
	Load         = "/v1/runs/{id}/load"
	Events       = "/v1/runs/{id}/events"
	Jobs         = "/v1/runs/{id}/jobs"
	Histogram    = "/v1/runs/{id}/histogram"
	Verify       = "/v1/runs/{id}/verify"
	Plan         = "/v1/plan"
	Spec         = "/v1/spec"
	Compare      = "/v1/compare"
	Trend        = "/v1/trend"
	Searches     = "/v1/searches"
	Search       = "/v1/searches/{id}"
	CancelSearch = "/v1/searches/{id}/cancel"
	Workloads    = "/v1/workloads"
	Workers      = "/v1/workers"
	System       = "/v1/system"
)

// RunPath returns the path of a pattern such as CancelRun for the run, or the
// search, with the given id. The id is escaped.
func RunPath(pattern, id string) string {
	return strings.Replace(pattern, "{id}", url.PathEscape(id), 1)
}

// WorkersBody is the response of Workers.
type WorkersBody struct {
	Broker  bool           `json:"broker" doc:"whether the service has a NATS server at which workers may join"`
	Workers []aurea.Worker `json:"workers" doc:"sorted by name"`
}

// SpecBody is the response of Spec.
type SpecBody struct {
	Spec  json.RawMessage `json:"spec" doc:"as it was written, in the order of its members"`
	Lines []int           `json:"lines" doc:"of each value of spec, from 1, in their order; first that of spec itself"`
}

// SearchesBody is the response of Searches.
type SearchesBody struct {
	Searches []aurea.Search `json:"searches" doc:"newest first"`
}

// VerifyBody is the response of Verify.
type VerifyBody struct {
	ID     string `json:"id" doc:"of the run"`
	Intact bool   `json:"intact" doc:"whether its digest is that of what is kept, with every job's record"`
	Detail string `json:"detail,omitempty" doc:"what is not as it was written"`
}
