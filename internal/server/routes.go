package server

import (
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
}

func (s *Server) routes() http.Handler {
	config := huma.DefaultConfig("Aurea", s.options.Version)
	config.Info.Description = "How many jobs a second, how late, at what cost."
	config.DocsPath = ""     // its page loads a script from elsewhere
	config.SchemasPath = ""  // the description holds the schemas
	config.CreateHooks = nil // no $schema members, no Link headers

	mux := http.NewServeMux()
	described := humago.New(mux, config)
	describeTypes(described.OpenAPI(), s.options.Kinds)
	methods := map[string][]string{"/": {"GET"}, "/openapi.json": {"GET"}, "/openapi.yaml": {"GET"}}
	for _, r := range api {
		op := huma.Operation{Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary, Errors: []int{http.StatusForbidden}}
		if !isOpen(r.path) {
			op.Errors = append(op.Errors, http.StatusUnauthorized)
		}
		r.register(s, described, op)
		methods[r.path] = append(methods[r.path], r.method)
	}
	mux.Handle("GET /{$}", page())
	mux.Handle("GET /ui/{file}", page())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { notRouted(w, r, methods[r.URL.Path]) })
	return mux
}

// notRouted answers what no route matches: a wrong method, or a wrong path.
func notRouted(w http.ResponseWriter, r *http.Request, allowed []string) {
	if len(allowed) > 0 {
		allow := strings.Join(slices.Sorted(slices.Values(allowed)), ", ")
		w.Header().Set("Allow", allow)
		writeProblem(w, http.StatusMethodNotAllowed, r.URL.Path+" answers "+allow+", not "+r.Method)
		return
	}
	writeProblem(w, http.StatusNotFound, "there is nothing at "+r.URL.Path+"; /openapi.json describes what there is")
}
