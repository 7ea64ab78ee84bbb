package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/metrics"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/scenarios"
	"github.com/aurea-orchestrator/aurea/internal/search"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// everyKind is all kinds of job, with the safest policy.
var everyKind = kinds.New(kinds.Options{})

// testTimeout is how long a test waits for a condition. A passing test does not
// need it.
const testTimeout = time.Minute

// A fake implements Runs for a test.
type fake struct {
	Runs  // nil, unless the test sets it: other methods must not be called
	do    func(ctx context.Context, spec aurea.Spec) (aurea.Run, error)
	ready error
}

func (f fake) Do(ctx context.Context, spec aurea.Spec, _ func(aurea.Run)) (aurea.Run, error) {
	return f.do(ctx, spec)
}

func (f fake) Ready() error { return f.ready }

// finishingFake returns a fake whose runs have finished at once.
func finishingFake() fake {
	return fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) { return finished(spec), nil }}
}

// finished returns a finished run with one job.
func finished(spec aurea.Spec) aurea.Run {
	tally := aurea.NewTally()
	tally.Planned = 1
	tally.End(aurea.OK, 0, 0, time.Second)
	log := aurea.NewJobLog(aurea.MaxJobs)
	log.Put(0, aurea.OK, 0, 0, time.Second)
	result := aurea.NewResult(aurea.Plan{Spec: spec, Workload: spec.ResolvedWorkload()}, aurea.Measurement{
		Duration: time.Second, Tally: tally, Warmup: aurea.NewTally(), Jobs: log, Series: []aurea.Point{},
	})
	result.ID = "benchmark-1"
	return aurea.Run{ID: result.ID, Status: aurea.StatusCompleted, Spec: spec, Result: result}
}

// newSearches returns a manager of searches that is not started.
func newSearches(runs Runs) *search.Manager {
	run := func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) { return runs.Do(ctx, spec, nil) }
	check := func(spec aurea.Spec) error {
		_, err := everyKind.Resolve(aurea.NewPlan(spec, 0))
		return err
	}
	return search.NewManager(search.Options{
		Run: run, Check: check, Store: new(search.MemoryStore), Log: slog.New(slog.DiscardHandler),
	})
}

// newOptions returns a server's options with the given Runs and changes.
func newOptions(runs Runs, changes ...func(*Options)) Options {
	options := Options{
		Runs:     runs,
		Searches: newSearches(runs),
		Metrics:  metricsHandler("no metrics\n"),
		Kinds:    everyKind.Kinds(),
		Store:    "sqlite",
		Version:  "1.2.3",
		Log:      slog.New(slog.DiscardHandler),
	}
	for _, change := range changes {
		change(&options)
	}
	return options
}

// metricsHandler returns a handler of metrics with the given text.
func metricsHandler(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = io.WriteString(w, text)
	})
}

// A service is a server with all its real parts, on a loopback port.
type service struct {
	*httptest.Server
	t       testing.TB
	manager *runs.Manager
	drain   context.CancelFunc
}

// serve starts a service, which ends with the test.
func serve(t testing.TB, options runs.Options, changes ...func(*Options)) *service {
	t.Helper()
	return serveWith(t, scenarios.Executor{Engine: engine.New("1.2.3", everyKind)}, options, changes...)
}

// serveWith starts a service whose runs are executed by the given executor.
func serveWith(t testing.TB, executor runs.Executor, options runs.Options, changes ...func(*Options)) *service {
	t.Helper()
	if options.Store == nil {
		kept, err := store.Open(t.Context(), t.TempDir(), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := kept.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
		options.Store, options.Owner = kept, "test"
	}
	s := &service{t: t, manager: runs.New(executor, options)}
	exporter, err := metrics.New(s.manager.Stats, aurea.Environment{Version: "1.2.3"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	changes = append([]func(*Options){func(o *Options) { o.Metrics = exporter }}, changes...)
	searches := newSearches(s.manager)
	changes = append(changes, func(o *Options) { o.Searches = searches })
	s.Server = httptest.NewServer(New(newOptions(s.manager, changes...)))
	ctx, cancel := context.WithCancel(context.Background())
	s.drain = cancel
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.manager.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	running.Go(func() { searches.Run(ctx) })
	until(t, "the store to be in order", func() bool { return s.manager.Ready() == nil })
	t.Cleanup(func() {
		cancel()
		s.CloseClientConnections() // stops runs whose requests still wait
		running.Wait()
		s.Close()
	})
	return s
}

// An answer is a response that has been read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call sends a request; headers are "Name: value", and "Host: name" is obeyed.
func (s *service) call(method, path string, body io.Reader, headers ...string) answer {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	setHeaders(request, headers)
	response, err := s.Client().Do(request)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	got := answer{response.StatusCode, response.Header, content}
	checkConforms(s.t, method, path, got)
	return got
}

func (s *service) run(spec string, headers ...string) answer {
	s.t.Helper()
	return s.call(http.MethodPost, "/benchmark/run", strings.NewReader(spec),
		append([]string{"Content-Type: application/json"}, headers...)...)
}

func setHeaders(request *http.Request, headers []string) {
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
}

// A deadlineRecorder is a recorder that accepts deadlines, as a connection
// does.
type deadlineRecorder struct{ *httptest.ResponseRecorder }

func (deadlineRecorder) SetReadDeadline(time.Time) error  { return nil }
func (deadlineRecorder) SetWriteDeadline(time.Time) error { return nil }

// ask returns the response of a server to one request, without a connection.
func ask(t testing.TB, handler http.Handler, method, path, body string, headers ...string) answer {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Host = "localhost:5000"
	setHeaders(request, headers)
	got := record(handler, request)
	checkConforms(t, method, path, got)
	return got
}

func record(handler http.Handler, request *http.Request) answer {
	recorder := deadlineRecorder{httptest.NewRecorder()}
	handler.ServeHTTP(recorder, request)
	return answer{recorder.Code, recorder.Result().Header, recorder.Body.Bytes()}
}

// askPlainly is ask without the check against the description.
func askPlainly(handler http.Handler, method, path string) answer {
	request := httptest.NewRequest(method, path, nil)
	request.Host = "localhost:5000"
	return record(handler, request)
}

// until waits until a condition is true.
func until(t testing.TB, what string, true func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testTimeout); !true(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// into decodes the answer, which must be one JSON value.
func (a answer) into(t testing.TB, value any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	if err := decoder.Decode(value); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		t.Fatalf("%d %s: more data after the JSON", a.status, a.body)
	}
}

// problem checks that the answer is a well-formed problem of that status and
// returns its sentence and its wrong fields, by location.
func (a answer) problem(t testing.TB, status int) (detail string, wrong map[string]string) {
	t.Helper()
	var p struct {
		Type, Title, Detail, Error string
		Status                     int
		Errors                     []struct{ Location, Message string }
	}
	a.into(t, &p)
	if a.status != status || p.Status != status {
		t.Errorf("status %d with %s, want %d", a.status, a.body, status)
	}
	if title := http.StatusText(status); p.Title != title || p.Type != "about:blank" {
		t.Errorf("the problem has the title %q and the type %q, want %q and about:blank", p.Title, p.Type, title)
	}
	if contentType := a.header.Get("Content-Type"); contentType != "application/problem+json" {
		t.Errorf("%d is answered as %s", a.status, contentType)
	}
	if p.Detail == "" || p.Detail != p.Error {
		t.Errorf("detail %q, error %q, want the same sentence", p.Detail, p.Error)
	}
	wrong = map[string]string{}
	for _, field := range p.Errors {
		wrong[field.Location] = field.Message
	}
	return p.Detail, wrong
}
