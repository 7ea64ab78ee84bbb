package history

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/server"
)

const (
	socketSuffix = ".sock"
	// closeAfter is how long the answers under way may take when a run has ended.
	closeAfter = time.Second
)

// A Live serves a run of this process to other processes of the user, who can
// watch and control it. Make one with History.Live. A nil Live serves nothing.
type Live struct {
	history *History
	runs    server.Runs
	serving sync.WaitGroup
	ctx     context.Context
	stop    context.CancelFunc
}

// Live returns a Live of the run that runs executes.
func (h *History) Live(runs server.Runs) *Live {
	l := &Live{history: h, runs: oneRun{runs}}
	l.ctx, l.stop = context.WithCancel(context.Background())
	return l
}

// Begin starts to serve the run in the background. A socket that cannot be made
// means that the run cannot be watched, and nothing else. It does not block.
func (l *Live) Begin(id string) {
	if l == nil {
		return
	}
	l.serving.Go(func() {
		listener, release, err := l.history.listen(id)
		if err != nil {
			return
		}
		defer release()
		l.serve(listener)
	})
}

// End stops serving, and waits for answers under way for up to a second.
func (l *Live) End() {
	if l == nil {
		return
	}
	l.stop()
	l.serving.Wait()
}

// serve serves requests until End. It makes the server at the first connection:
// a run without watchers does not pay for it.
func (l *Live) serve(listener net.Listener) {
	stop := context.AfterFunc(l.ctx, func() { _ = listener.Close() }) // it is only ended
	defer stop()
	first, err := listener.Accept()
	if err != nil {
		return
	}
	api := newServer(l.runs)
	closing := context.AfterFunc(l.ctx, func() { time.AfterFunc(closeAfter, api.Close) })
	defer closing()
	_ = api.Serve(l.ctx, &begunListener{Listener: listener, first: first}) // its clients see what fails
}

// newServer returns the handler of the API for runs of this user.
func newServer(runs server.Runs) *server.Server {
	return server.New(server.Options{
		Runs: runs, Metrics: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler),
	})
}

// listen listens on the socket of a run, for this user only, until release is
// called.
func (h *History) listen(id string) (listener net.Listener, release func(), err error) {
	if err := os.MkdirAll(h.sockets(), 0o700); err != nil {
		return nil, nil, err
	}
	path, free, err := platform.ShortPath(filepath.Join(h.sockets(), id+socketSuffix))
	if err != nil {
		return nil, nil, err
	}
	listener, err = net.Listen("unix", path) //nolint:noctx // it returns at once
	if err != nil {
		free()
		return nil, nil, err
	}
	release = func() {
		_ = listener.Close() // which removes the socket
		free()
	}
	if err := os.Chmod(path, 0o600); err != nil {
		release()
		return nil, nil, err
	}
	return listener, release, nil
}

// A begunListener is a listener whose first connection was accepted already.
type begunListener struct {
	net.Listener
	mu    sync.Mutex
	first net.Conn // nil when it was returned
}

func (l *begunListener) Accept() (net.Conn, error) {
	l.mu.Lock()
	first := l.first
	l.first = nil
	l.mu.Unlock()
	if first != nil {
		return first, nil
	}
	return l.Listener.Accept()
}

// oneRun are the runs of a process that executes one run and takes no others.
type oneRun struct{ server.Runs }

var errNoServer = fmt.Errorf("%w: no server executes the runs of a history; use aurea run", aurea.ErrConflict)

func (oneRun) Do(context.Context, aurea.Spec, func(aurea.Run)) (aurea.Run, error) {
	return aurea.Run{}, errNoServer
}

func (oneRun) Submit(context.Context, aurea.Spec, string) (aurea.Run, error) {
	return aurea.Run{}, errNoServer
}
