// Package server speaks HTTP: it turns requests into calls of Runs and what
// comes back into answers, and describes itself as OpenAPI.
//
// Its stance: the API is a table (routes.go), an error is a problem that says
// what was wrong and where (problem.go), and nothing a client sends costs more
// than its own bytes. It knows neither how a run is executed nor how it is
// kept; it stands at the end of the flow and imports only the domain.
package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"github.com/aurea-orchestrator/aurea"
)

// Runs is what the server needs of whoever executes runs. All methods may be
// called concurrently.
type Runs interface {
	// Do has a spec executed and returns the finished run; when ctx is
	// cancelled it stops the run. The errors are aurea.ErrInvalid,
	// aurea.ErrQueueFull and aurea.ErrUnavailable.
	Do(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error)
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
	Version string
	Tokens  []string // bearer tokens, any of which is accepted; none means that no token is asked for
	AnyHost bool     // answer whatever name the client called the host by
	Log     *slog.Logger
}

// A Server answers the API. Make one with New and start it with Serve.
type Server struct {
	options Options
	tokens  [][sha256.Size]byte
	handler http.Handler
}

// New returns a server.
func New(options Options) *Server {
	s := &Server{options: options}
	for _, token := range options.Tokens {
		s.tokens = append(s.tokens, sha256.Sum256([]byte(token)))
	}
	s.handler = s.guard(s.routes())
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers requests on the listener, which it closes, until ctx is
// cancelled; then it takes no new ones and returns when those under way are
// answered.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	web := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(netutil.LimitListener(listener, maxConnections)) }()
	select {
	case err := <-served:
		return fmt.Errorf("server: %w", err)
	case <-ctx.Done():
	}
	if err := web.Shutdown(context.Background()); err != nil {
		return fmt.Errorf("server: shut down: %w", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}
