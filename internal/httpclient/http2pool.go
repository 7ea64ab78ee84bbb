package httpclient

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// An http2Pool holds the HTTP/2 connections of a client, each of which serves
// many requests at once. An origin gets another connection only when the server
// accepts no more requests on the existing ones.
type http2Pool struct {
	maxConns int // 0 means no limit

	mu      sync.Mutex
	closed  bool
	open    int // open connections and those being opened
	conns   map[string][]*http2Conn
	dialing map[string]bool // origins to which a connection is being opened
	changed chan struct{}   // closed and replaced when waiters should try again
}

// An http2Conn is one connection of an http2Pool.
type http2Conn struct {
	key    string
	conn   *http.ClientConn
	stream *settingsConn // below conn
	users  int           // requests in progress
	listed bool          // whether the pool offers it to other requests
}

func (s *http2Pool) init(maxConns int) {
	s.maxConns = maxConns
	s.conns, s.dialing = map[string][]*http2Conn{}, map[string]bool{}
	s.changed = make(chan struct{})
}

// acquire reserves a request on a connection. If it returns nil, the caller has
// a slot: it must dial and then call add or dialFailed.
func (s *http2Pool) acquire(ctx context.Context, key string, share bool) (*http2Conn, time.Duration, error) {
	var waited time.Duration
	for {
		s.mu.Lock()
		l, found, err := s.tryAcquire(key, share)
		changed := s.changed
		s.mu.Unlock()
		if found || err != nil {
			return l, waited, err
		}
		start := now()
		err = await(ctx, changed)
		waited += now() - start
		if err != nil {
			return nil, waited, err
		}
	}
}

// await waits for a change or the end of a context.
func await(ctx context.Context, changed <-chan struct{}) error {
	var late <-chan time.Time
	if deadline, ok := ctx.Deadline(); ok {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late:
		return context.DeadlineExceeded
	}
}

// tryAcquire returns a connection that accepts a request, or nil and true for a
// slot. It returns false if the caller must wait. The caller holds mu.
func (s *http2Pool) tryAcquire(key string, share bool) (l *http2Conn, found bool, err error) {
	if s.closed {
		return nil, false, ErrClosed
	}
	if share {
		if l := s.reserveExisting(key); l != nil {
			l.users++
			return l, true, nil
		}
		if s.dialing[key] {
			return nil, false, nil
		}
	}
	if s.open >= s.idleLimit() {
		s.closeIdle()
	}
	if s.maxConns > 0 && s.open >= s.maxConns {
		return nil, false, nil
	}
	s.open++
	if share {
		s.dialing[key] = true
	}
	return nil, true, nil
}

// idleLimit is the number of connections from which an idle one is closed to
// make room.
func (s *http2Pool) idleLimit() int {
	if s.maxConns > 0 {
		return s.maxConns
	}
	return maxOrigins
}

// reserveExisting reserves a request on a connection to an origin. It retires
// connections that have ended. It returns nil if none accepts a request.
func (s *http2Pool) reserveExisting(key string) *http2Conn {
	for _, l := range slices.Clone(s.conns[key]) {
		if l.conn.Reserve() == nil {
			return l
		}
		if l.users == 0 || l.conn.Err() != nil { // it will accept no more requests
			s.retire(l)
		}
	}
	return nil
}

// closeIdle closes one idle connection, if there is one.
func (s *http2Pool) closeIdle() {
	for _, made := range s.conns {
		for _, l := range made {
			if l.users == 0 {
				s.retire(l)
				return
			}
		}
	}
}

// retire removes a connection from the pool. Requests in progress continue; the
// last one closes it.
func (s *http2Pool) retire(l *http2Conn) {
	if l.listed {
		l.listed = false
		s.conns[l.key] = slices.DeleteFunc(s.conns[l.key], func(other *http2Conn) bool { return other == l })
		if len(s.conns[l.key]) == 0 {
			delete(s.conns, l.key)
		}
	}
	if l.users == 0 {
		s.open--
		_ = l.conn.Close()
	}
}

// add adds a new connection for its creator and, if share is set, for other
// requests.
func (s *http2Pool) add(key string, conn *http.ClientConn, stream *settingsConn, share bool) *http2Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &http2Conn{key: key, conn: conn, stream: stream, users: 1, listed: share && !s.closed}
	if l.listed {
		s.conns[key] = append(s.conns[key], l)
	}
	s.dialDone(key)
	return l
}

// dialFailed returns the slot of a connection that could not be opened.
func (s *http2Pool) dialFailed(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	s.dialDone(key)
}

// dialDone marks the end of a dial and wakes the waiters. The caller holds mu.
func (s *http2Pool) dialDone(key string) {
	delete(s.dialing, key)
	close(s.changed)
	s.changed = make(chan struct{})
}

// release ends a request on a connection. A connection that may be dead gets no
// further requests.
func (s *http2Pool) release(l *http2Conn, maybeDead bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.users--
	if !l.listed || maybeDead || l.conn.Err() != nil {
		s.retire(l)
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// close retires all connections.
func (s *http2Pool) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, made := range s.conns {
		for _, l := range slices.Clone(made) {
			s.retire(l)
		}
	}
	close(s.changed)
	s.changed = make(chan struct{})
}
