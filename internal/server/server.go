// Package server speaks HTTP: it turns requests into calls of Runs and what
// comes back into answers, and describes itself as OpenAPI.
//
// Its stance: the API is a table (routes.go), an error is a problem that says
// what was wrong and where (problem.go), and nothing a client sends costs more
// than its own bytes. It knows neither how a run is executed nor how it is
// kept; it stands at the end of the flow and imports only the domain.
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

// Runs is what the server needs of whoever executes and keeps runs: the manager
// of this process, or a client.Client of another server. All methods may be called
// concurrently. An unknown id is an aurea.ErrNotFound, and anything is an
// aurea.ErrUnavailable when it cannot be done at the moment.
type Runs interface {
	// Do has a spec executed and returns the finished run; when ctx is
	// cancelled it stops the run. The errors are aurea.ErrInvalid,
	// aurea.ErrQueueFull and aurea.ErrUnavailable.
	Do(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error)
	// Submit returns as soon as the run is kept. With a key that came before it
	// returns the run that the key made, or, if the spec was another, an
	// aurea.ErrMismatch; the other errors are Do's.
	Submit(ctx context.Context, spec aurea.Spec, key string) (aurea.Run, error)
	// Get returns a run as it stands.
	Get(ctx context.Context, id string) (aurea.Run, error)
	// Wait returns a run when it has finished, or as it stands when ctx is done.
	Wait(ctx context.Context, id string) (aurea.Run, error)
	// List returns a page of runs, newest first.
	List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error)
	// Watch yields what becomes known of a run, from after the update with the
	// given id on, until it has finished; a heartbeat when nothing happens for ten
	// seconds. The last thing yielded may be an error.
	Watch(ctx context.Context, id string, after int64) iter.Seq2[aurea.Update, error]
	// Cancel stops a run and returns it as it stands; a finished one is an
	// aurea.ErrConflict.
	Cancel(ctx context.Context, id string) (aurea.Run, error)
	// Control pauses a running run, resumes it or changes its load, and returns it
	// as it then is. One that does not run, or has not what would be changed, is an
	// aurea.ErrConflict; a wrong load is an aurea.ErrInvalid.
	Control(ctx context.Context, id string, control aurea.Control) (aurea.Run, error)
	// Change changes what may be changed.
	Change(ctx context.Context, id string, change aurea.RunChange) (aurea.Run, error)
	// Delete forgets a finished run; another is an aurea.ErrConflict.
	Delete(ctx context.Context, id string) error
	// Tally returns the histograms of a finished run; an aurea.ErrConflict before
	// its end.
	Tally(ctx context.Context, id string) (*aurea.Tally, error)
	// Jobs yields the records of a finished run's jobs, in their order; an
	// aurea.ErrConflict before its end. After an error it ends.
	Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error]
	// Verify is nil when all that is kept of a finished run is what was written, an
	// aurea.ErrDamaged when it is not, and an aurea.ErrConflict before its end.
	Verify(ctx context.Context, id string) error
	// Ready is nil when runs are accepted, else an aurea.ErrUnavailable.
	Ready() error
}

// The limits of a connection, set on purpose: a run may take hours, so there is
// no limit on an answer as a whole, but every part of an exchange has one.
const (
	headerTimeout  = 5 * time.Second  // to send the request's header
	bodyTimeout    = 10 * time.Second // to send its body
	writeTimeout   = 30 * time.Second // to take each 64 KiB of the answer
	idleTimeout    = 60 * time.Second // between requests
	maxHeader      = 16 << 10
	maxBody        = 1 << 20
	maxConnections = 20_000
)

// Options are what a server is made of. Runs and Metrics are needed.
type Options struct {
	Runs    Runs
	Metrics http.Handler // answers GET /metrics
	Kinds   []aurea.Kind // of workload, for the description
	Store   string       // what sort of store keeps the runs, for people
	Damaged func() int   // how many of its runs were found damaged; nil is none
	Version string
	Grafana string         // URL of one that has the dashboards; "" where none is known
	Tokens  []Token        // of which a request needs one; see SetTokens
	Hosts   Hosts          // what a request may call the service by
	Budget  *budget.Budget // of memory that requests may hold together; nil has no limit
	Clients int            // connections at once, for which others wait; 0 means 20,000
	Log     *slog.Logger
}

// A Server answers the API. Make one with New and start it with Serve.
type Server struct {
	options Options
	tokens  atomic.Pointer[[]knownToken]
	handler http.Handler
	cache   *eventCache
	readers readers
	reading gate
	closed  context.Context // done when no answer is waited for any more
	close   context.CancelFunc
}

// New returns a server.
func New(options Options) *Server {
	s := &Server{
		options: options,
		cache:   newEventCache(options.Budget),
		readers: readers{budget: options.Budget},
		reading: newGate(options.Budget),
	}
	s.closed, s.close = context.WithCancel(context.Background())
	s.SetTokens(options.Tokens)
	s.handler = s.guard(s.newRouter())
	return s
}

// serving is the key of the context, in a request's, that ends with the server.
type serving struct{}

// whileServing is the request's context, which also ends when the server does:
// for answers that would go on for as long as the client likes.
func whileServing(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if server, ok := ctx.Value(serving{}).(context.Context); ok {
		stop := context.AfterFunc(server, cancel)
		return ctx, func() { stop(); cancel() }
	}
	return ctx, cancel
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers requests on the listener, which it closes, until ctx is
// cancelled; then it takes no new ones and returns when those under way are
// answered, or Close is called.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	web := &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return context.WithValue(context.Background(), serving{}, ctx) },
		ConnContext:       withConnection,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(limit(listener, cmp.Or(s.options.Clients, maxConnections))) }()
	select {
	case err := <-served:
		return fmt.Errorf("server: %w", err)
	case <-ctx.Done():
	}
	err := web.Shutdown(s.closed)
	if errors.Is(err, context.Canceled) {
		s.options.Log.Warn("answers under way are cut: their readers are too slow")
		err = web.Close()
	}
	if err != nil {
		return fmt.Errorf("server: shut down: %w", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

// Close has Serve wait no longer, once its context is cancelled, for answers that
// are under way: their connections are cut. It may be called at any time, and more
// than once.
func (s *Server) Close() { s.close() }
