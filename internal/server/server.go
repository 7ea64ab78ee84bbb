// Package server implements the HTTP API: it turns requests into calls of Runs
// and their results into responses, serves the web page, and describes itself
// as OpenAPI.
//
// Its stance: the API is a table (routes.go), an error is a problem document
// that says what was wrong and where (problem.go), and no request costs more
// memory than its own bytes and the budget allow. The package does not know how
// a run is executed or stored. What it shares with the client is in
// internal/api.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// Runs executes and stores runs. runs.Manager implements it, and so does
// client.Client for another server; one suite of tests holds both to it. All
// methods may be called concurrently. An unknown id is an aurea.ErrNotFound.
// Every method may return an aurea.ErrUnavailable, after which the call may be
// repeated later.
type Runs interface {
	// Do executes a spec and returns the finished run, or one that goes on at
	// another server because this one ends. It calls watch, unless that is nil, with
	// the run once an interval. When ctx is cancelled it stops the run. Errors are
	// aurea.ErrInvalid, aurea.ErrQueueFull and aurea.ErrUnavailable.
	Do(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error)
	// Submit returns as soon as the run is stored. A key that was used before
	// returns the run it made then, or an aurea.ErrMismatch if the spec was
	// another. The other errors are Do's.
	Submit(ctx context.Context, spec aurea.Spec, key string) (aurea.Run, error)
	// Forecast returns what a run of the spec would do. The error is an
	// aurea.ErrInvalid if Submit would refuse the spec.
	Forecast(ctx context.Context, spec aurea.Spec) (aurea.Forecast, error)
	// Get returns the current state of a run.
	Get(ctx context.Context, id string) (aurea.Run, error)
	// Wait returns a run when it has finished, or its current state when ctx
	// ends.
	Wait(ctx context.Context, id string) (aurea.Run, error)
	// List returns a page of runs, newest first.
	List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error)
	// Watch yields the updates of a run behind the one with id after, until the
	// run has finished, and a heartbeat after ten seconds without an update.
	// The last value may be an error.
	Watch(ctx context.Context, id string, after int64) iter.Seq2[aurea.Update, error]
	// Cancel stops a run and returns its current state. A finished run is an
	// aurea.ErrConflict.
	Cancel(ctx context.Context, id string) (aurea.Run, error)
	// Control pauses a running run, resumes it or changes its load, and returns
	// its new state. It is an aurea.ErrConflict if the run does not run or does
	// not have what would be changed, and an aurea.ErrInvalid if the load is
	// wrong.
	Control(ctx context.Context, id string, control aurea.Control) (aurea.Run, error)
	// Change sets a run's note or baseline mark.
	Change(ctx context.Context, id string, change aurea.RunChange) (aurea.Run, error)
	// Delete removes a finished run. An unfinished run is an aurea.ErrConflict.
	Delete(ctx context.Context, id string) error
	// Tally returns the histograms of a finished run. An unfinished run is an
	// aurea.ErrConflict.
	Tally(ctx context.Context, id string) (*aurea.Tally, error)
	// WorkerTally returns the histograms of one worker of a finished run, by its ID
	// or name in the result. A worker that the result does not list is an
	// aurea.ErrNotFound, and an unfinished run an aurea.ErrConflict.
	WorkerTally(ctx context.Context, id, worker string) (*aurea.Tally, error)
	// Jobs yields the records of a finished run's jobs in the order of the
	// jobs. The last value may be an error; an unfinished run is an
	// aurea.ErrConflict.
	Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error]
	// Verify returns nil when all that is stored of a finished run is as it was
	// written, and an aurea.ErrDamaged when it is not. An unfinished run is an
	// aurea.ErrConflict.
	Verify(ctx context.Context, id string) error
	// System returns what is executed and kept. Its other members may be zero.
	System(ctx context.Context) (aurea.System, error)
	// Ready returns nil when runs are accepted, and else an
	// aurea.ErrUnavailable.
	Ready() error
}

// The limits of a connection. A run may take hours, so a response as a whole
// has no limit, but every part of an exchange has one.
const (
	headerTimeout  = 5 * time.Second  // for the request's header
	bodyTimeout    = 10 * time.Second // for its body
	writeTimeout   = 30 * time.Second // for each 64 KiB of the response
	idleTimeout    = 60 * time.Second // between requests
	maxHeader      = 16 << 10
	maxBody        = 1 << 20
	maxConnections = 20_000
)

// Options configure a server. Runs, Metrics and Log are needed.
type Options struct {
	Runs     Runs
	Searches Searches     // nil means that it executes none
	Metrics  http.Handler // responds to GET /metrics
	Kinds    []aurea.Kind // of workload, for GET /v1/workloads and the description
	Store    string       // the kind of store, such as sqlite, for GET /health
	Damaged  func() int   // returns how many stored runs were found damaged; nil means none
	Version  string
	Machine  aurea.Environment // that the service runs on, for GET /v1/system
	// Workers returns the workers of the cluster, sorted by name, in memory of the
	// caller. nil means that there is no cluster.
	Workers func() []aurea.Worker
	Grafana string         // URL of a Grafana with the dashboards; "" means none
	Tokens  []Token        // a request needs one of these; see SetTokens
	Hosts   Hosts          // which Host headers are accepted
	Budget  *budget.Budget // limits the memory that requests take together; nil means no limit
	Clients int            // the most connections at once; more wait; 0 means 20,000
	Log     *slog.Logger
}

// A Server serves the API. Make one with New and start it with Serve.
type Server struct {
	options Options
	tokens  atomic.Pointer[[]hashedToken]
	handler http.Handler
	cache   *eventCache
	streams streamLimit
	reads   semaphore
	closed  context.Context // done when Serve must not wait for responses under way
	close   context.CancelFunc
}

// New returns a server.
func New(options Options) *Server {
	if options.Searches == nil {
		options.Searches = noSearches{}
	}
	s := &Server{
		options: options,
		cache:   newEventCache(options.Budget),
		streams: streamLimit{budget: options.Budget},
		reads:   newReadSemaphore(options.Budget),
	}
	s.closed, s.close = context.WithCancel(context.Background())
	s.SetTokens(options.Tokens)
	s.handler = s.middleware(s.newRouter())
	return s
}

// servingKey is the key, in a request's context, of the context of Serve.
type servingKey struct{}

// untilShutdown returns a request's context that also ends when the server
// shuts down: for responses that last until the client disconnects.
func untilShutdown(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if server, ok := ctx.Value(servingKey{}).(context.Context); ok {
		stop := context.AfterFunc(server, cancel)
		return ctx, func() { stop(); cancel() }
	}
	return ctx, cancel
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve serves requests on the listener until ctx is cancelled. Then it accepts
// no new requests and returns when the responses under way are written, or when
// Close is called. It closes the listener.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	serving := context.WithValue(context.Background(), servingKey{}, ctx)
	httpServer := &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return serving },
		ConnContext:       withConnection,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() {
		served <- httpServer.Serve(limitConnections(listener, cmp.Or(s.options.Clients, maxConnections)))
	}()
	select {
	case err := <-served:
		return fmt.Errorf("server: %w", err)
	case <-ctx.Done():
	}
	err := httpServer.Shutdown(s.closed)
	if errors.Is(err, context.Canceled) {
		s.options.Log.Warn("answers under way are cut: their readers are too slow")
		err = httpServer.Close()
	}
	if err != nil {
		return fmt.Errorf("server: shut down: %w", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

// Close makes Serve, once its context is cancelled, close the connections of
// responses under way instead of waiting for them. It may be called at any time
// and more than once.
func (s *Server) Close() { s.close() }
