package server

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/aurea-orchestrator/aurea/internal/api"
)

// A route is an endpoint of the API: its description and the method that
// registers its handler.
type route struct {
	method, path string
	id, summary  string
	register     func(s *Server, router huma.API, op huma.Operation)
}

// routes lists the endpoints of the API. To add one, add its path to package
// api, its line here and its handler in the file of its resource.
var routes = []route{
	{"GET", api.Health, "health", "Whether the service is healthy, and its version", (*Server).registerHealth},
	{"GET", api.Live, "livez", "Whether the process is alive", (*Server).registerLive},
	{"GET", api.Ready, "readyz", "Whether runs are accepted", (*Server).registerReady},
	{"GET", api.Metrics, "metrics", "The service's numbers, for Prometheus", (*Server).registerMetrics},
	{"POST", api.RunBenchmark, "run-benchmark", "Run a benchmark and answer with its result when it has finished",
		(*Server).registerRun},
	{"POST", api.Runs, "submit-run", "Submit a run and answer as soon as it is kept", (*Server).registerSubmit},
	{"POST", api.Plan, "plan-run", "What a run of a spec would do: its jobs, its duration and its load over time",
		(*Server).registerPlan},
	{"POST", api.Spec, "read-spec", "A spec in YAML as JSON, with the line of each value; its fields are not checked",
		(*Server).registerSpecRead},
	{"GET", api.Runs, "list-runs", "List runs, newest first", (*Server).registerList},
	{"GET", api.Run, "get-run", "One run, with its result when there is one", (*Server).registerGet},
	{"PATCH", api.Run, "change-run", "Change a run's note, or whether it is its name's baseline",
		(*Server).registerChange},
	{"DELETE", api.Run, "delete-run", "Forget a finished run", (*Server).registerDelete},
	{"POST", api.CancelRun, "cancel-run", "Stop a run; its partial result is kept", (*Server).registerCancel},
	{"POST", api.PauseRun, "pause-run", "Start no more jobs of a running run until it is resumed",
		(*Server).registerPause},
	{"POST", api.ResumeRun, "resume-run", "Go on with a paused run", (*Server).registerResume},
	{"PATCH", api.Load, "change-load", "Change the rate or the concurrency of a running run", (*Server).registerLoad},
	{"GET", api.Events, "watch-run", "What happens to a run, as server-sent events", (*Server).registerEvents},
	{"GET", api.Jobs, "export-jobs", "The record of every job of a finished run", (*Server).registerJobs},
	{"GET", api.Histogram, "get-histogram", "A histogram of a finished run", (*Server).registerHistogram},
	{"GET", api.Verify, "verify-run", "Whether all that is kept of a finished run is what was written",
		(*Server).registerVerify},
	{"GET", api.Compare, "compare-runs", "A statistical comparison of runs, several of each side",
		(*Server).registerCompare},
	{"GET", api.Trend, "get-trend", "How the runs of a name went, and with which of them their metrics changed",
		(*Server).registerTrend},
	{"POST", api.Searches, "submit-search", "Search for the highest load that holds, and answer at once",
		(*Server).registerSubmitSearch},
	{"GET", api.Searches, "list-searches", "The newest 100 searches, newest first",
		(*Server).registerListSearches},
	{"GET", api.Search, "get-search", "One search, and what it has found so far", (*Server).registerGetSearch},
	{"POST", api.CancelSearch, "cancel-search", "Stop a search with its run; what it has found is kept",
		(*Server).registerCancelSearch},
	{"GET", api.Workloads, "list-workloads", "The kinds of job and the schema of each one's parameters",
		(*Server).registerWorkloads},
	{"GET", api.Workers, "list-workers", "The workers that the service knows of, and what each one does",
		(*Server).registerWorkers},
	{"GET", api.System, "get-system", "What the service does, what it keeps and what it accepts",
		(*Server).registerSystem},
}

// newRouter returns the handler of all routes, of the page, and of every other
// path.
func (s *Server) newRouter() http.Handler {
	config := huma.DefaultConfig("Aurea", s.options.Version)
	config.Info.Description = "How many jobs a second, how late, at what cost."
	config.DocsPath = ""     // huma's page loads a script from another host
	config.SchemasPath = ""  // the description includes the schemas
	config.CreateHooks = nil // no $schema members, no Link headers
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Formats = map[string]huma.Format{"application/json": plainJSON, "json": plainJSON}

	mux := http.NewServeMux()
	described := humago.New(mux, config)
	describeTypes(described.OpenAPI(), s.options.Kinds)
	methods := map[string][]string{"/{$}": {"GET"}, "/docs": {"GET"}, "/openapi.json": {"GET"},
		"/openapi.yaml": {"GET"}}
	for _, r := range routes {
		op := huma.Operation{
			Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary, Errors: []int{http.StatusForbidden},
		}
		if !isPublic(r.path) {
			op.Errors = append(op.Errors, http.StatusUnauthorized)
		}
		r.register(s, described, op)
		methods[r.path] = append(methods[r.path], r.method)
	}
	mux.HandleFunc("GET /{$}", servePage)
	mux.HandleFunc("GET /docs", servePage)
	mux.HandleFunc("GET /ui/{file...}", servePage)
	describeStatuses(described.OpenAPI())
	for path, allowed := range methods {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { methodNotAllowed(w, r, allowed) })
	}
	mux.HandleFunc("/", notFound)
	return mux
}

// plainJSON does not escape HTML, so a threshold reads p99 < 1s.
var plainJSON = huma.Format{
	Marshal: func(w io.Writer, value any) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(value)
	},
	Unmarshal: json.Unmarshal,
}

// methodNotAllowed responds to a method that the path does not allow.
func methodNotAllowed(w http.ResponseWriter, r *http.Request, allowed []string) {
	allow := strings.Join(slices.Sorted(slices.Values(allowed)), ", ")
	w.Header().Set("Allow", allow)
	writeProblem(w, http.StatusMethodNotAllowed, r.URL.Path+" answers "+allow+", not "+r.Method)
}

// notFound responds to a path that does not exist.
func notFound(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, http.StatusNotFound, "there is nothing at "+r.URL.Path+"; /openapi.json describes what there is")
}
