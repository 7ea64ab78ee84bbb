package server

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// A route is one line of the API: what it is, and what answers it.
type route struct {
	method, path string
	id, summary  string
	register     func(s *Server, api huma.API, op huma.Operation)
}

// api is the table of the API. To add an endpoint, add its line here and its
// handler in the file of its resource.
var api = []route{
	{"GET", "/health", "health", "Whether the service is healthy, and its version", (*Server).registerHealth},
	{"GET", "/livez", "livez", "Whether the process is alive", (*Server).registerLive},
	{"GET", "/readyz", "readyz", "Whether runs are accepted", (*Server).registerReady},
	{"GET", "/metrics", "metrics", "The service's numbers, for Prometheus", (*Server).registerMetrics},
	{"POST", "/benchmark/run", "run-benchmark", "Run a benchmark and answer with its result when it has finished", (*Server).registerRun},
	{"POST", "/v1/runs", "submit-run", "Submit a run and answer as soon as it is kept", (*Server).registerSubmit},
	{"GET", "/v1/runs", "list-runs", "List runs, newest first", (*Server).registerList},
	{"GET", "/v1/runs/{id}", "get-run", "One run, with its result when there is one", (*Server).registerGet},
	{"PATCH", "/v1/runs/{id}", "change-run", "Change a run's note, or whether it is its name's baseline", (*Server).registerChange},
	{"DELETE", "/v1/runs/{id}", "delete-run", "Forget a finished run", (*Server).registerDelete},
	{"POST", "/v1/runs/{id}/cancel", "cancel-run", "Stop a run; its partial result is kept", (*Server).registerCancel},
	{"POST", "/v1/runs/{id}/pause", "pause-run", "Start no more jobs of a running run until it is resumed", (*Server).registerPause},
	{"POST", "/v1/runs/{id}/resume", "resume-run", "Go on with a paused run", (*Server).registerResume},
	{"PATCH", "/v1/runs/{id}/load", "change-load", "Change the rate or the concurrency of a running run", (*Server).registerLoad},
	{"GET", "/v1/runs/{id}/events", "watch-run", "What happens to a run, as server-sent events", (*Server).registerEvents},
	{"GET", "/v1/runs/{id}/jobs", "export-jobs", "The record of every job of a finished run", (*Server).registerJobs},
	{"GET", "/v1/runs/{id}/histogram", "get-histogram", "A histogram of a finished run", (*Server).registerHistogram},
	{"GET", "/v1/runs/{id}/verify", "verify-run", "Whether all that is kept of a finished run is what was written", (*Server).registerVerify},
	{"GET", "/v1/compare", "compare-runs", "A statistical comparison of runs, several of each side", (*Server).registerCompare},
	{"GET", "/v1/workloads", "list-workloads", "The kinds of job and the schema of each one's parameters", (*Server).registerWorkloads},
}

func (s *Server) routes() http.Handler {
	config := huma.DefaultConfig("Aurea", s.options.Version)
	config.Info.Description = "How many jobs a second, how late, at what cost."
	config.DocsPath = ""     // its page loads a script from elsewhere
	config.SchemasPath = ""  // the description holds the schemas
	config.CreateHooks = nil // no $schema members, no Link headers
	config.Formats = map[string]huma.Format{"application/json": plainJSON, "json": plainJSON}

	mux := http.NewServeMux()
	described := humago.New(mux, config)
	describeTypes(described.OpenAPI(), s.options.Kinds)
	methods := map[string][]string{"/{$}": {"GET"}, "/docs": {"GET"}, "/openapi.json": {"GET"}, "/openapi.yaml": {"GET"}}
	for _, r := range api {
		op := huma.Operation{Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary, Errors: []int{http.StatusForbidden}}
		if !isOpen(r.path) {
			op.Errors = append(op.Errors, http.StatusUnauthorized)
		}
		r.register(s, described, op)
		methods[r.path] = append(methods[r.path], r.method)
	}
	mux.Handle("GET /{$}", page())
	mux.Handle("GET /docs", page())
	mux.Handle("GET /ui/{file}", page())
	describeStatuses(described.OpenAPI())
	for path, allowed := range methods {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { notAllowed(w, r, allowed) })
	}
	mux.HandleFunc("/", notRouted)
	return mux
}

// plainJSON writes a threshold as p99 < 1s.
var plainJSON = huma.Format{
	Marshal: func(w io.Writer, value any) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(value)
	},
	Unmarshal: json.Unmarshal,
}

// notAllowed answers a path that does not know the method.
func notAllowed(w http.ResponseWriter, r *http.Request, allowed []string) {
	allow := strings.Join(slices.Sorted(slices.Values(allowed)), ", ")
	w.Header().Set("Allow", allow)
	writeProblem(w, http.StatusMethodNotAllowed, r.URL.Path+" answers "+allow+", not "+r.Method)
}

// notRouted answers a path that there is not.
func notRouted(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, http.StatusNotFound, "there is nothing at "+r.URL.Path+"; /openapi.json describes what there is")
}
