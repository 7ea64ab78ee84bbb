package history

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// staleAfter is the age from which a socket without a process is removed. A
// younger one may be of a process that is about to listen.
const staleAfter = time.Minute

// A liveSet finds the runs that other processes execute. It holds a client of
// each until close. Its methods but close may be called concurrently.
type liveSet struct {
	history *History
	mu      sync.Mutex
	clients map[string]*client.Client // by run
}

// find returns a client of the process that executes the run, or nil if there
// is none.
func (l *liveSet) find(id string) *client.Client {
	path := filepath.Join(l.history.sockets(), filepath.Base(id)+socketSuffix)
	if !answers(path) {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.clients[id]; c != nil {
		return c
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dial(ctx, path)
	}}
	c, err := client.NewWithTransport("http://localhost", "", transport)
	if err != nil {
		return nil
	}
	l.clients[id] = c
	return c
}

// ids returns the runs that have a socket, answered or not.
func (l *liveSet) ids() []string {
	entries, _ := os.ReadDir(l.history.sockets()) // none before the first run
	var ids []string
	for _, entry := range entries {
		if id, ok := strings.CutSuffix(entry.Name(), socketSuffix); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func (l *liveSet) close() {
	for _, c := range l.clients {
		c.Close()
	}
}

// answers reports whether a process listens on the socket. It removes the
// socket of a process that was killed.
func answers(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	conn, err := dial(context.Background(), path)
	if err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) && time.Since(info.ModTime()) > staleAfter {
			_ = os.Remove(path) // else it is skipped each time
		}
		return false
	}
	return conn.Close() == nil
}

func dial(ctx context.Context, path string) (net.Conn, error) {
	short, release, err := platform.ShortPath(path)
	if err != nil {
		return nil, err
	}
	defer release()
	var d net.Dialer
	return d.DialContext(ctx, "unix", short)
}
