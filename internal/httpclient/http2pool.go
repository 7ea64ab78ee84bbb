package httpclient

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// An http2Pool holds the HTTP/2 connections of a client, each of which serves many
// requests at once. An origin gets another only when the server takes no
// more requests over those it has.
type http2Pool struct {
	most int // connections; 0: any number

	mu      sync.Mutex
	closed  bool
	open    int // connections there are, or are being made
	made    map[string][]*http2Conn
	dialing map[string]bool // origins to which one is being made
	changed chan struct{}   // closed, and made anew, when those who wait should look again
}

// An http2Conn is one connection of an http2Pool.
type http2Conn struct {
	key    string
	conn   *http.ClientConn
	stream *settingsConn // of conn
	users  int           // requests under way
	listed bool          // whether others may use it
}

func (s *http2Pool) init(most int) {
	s.most = most
	s.made, s.dialing = map[string][]*http2Conn{}, map[string]bool{}
	s.changed = make(chan struct{})
}

// acquire reserves a request over a link, or returns nil: then there is room, and
// the caller makes the link and adds it, or says that it failed.
func (s *http2Pool) acquire(ctx context.Context, key string, share bool) (*http2Conn, time.Duration, error) {
	var waited time.Duration
	for {
		s.mu.Lock()
		l, found, err := s.look(key, share)
		changed := s.changed
		s.mu.Unlock()
		if found || err != nil {
			return l, waited, err
		}
		began := now()
		err = await(ctx, changed)
		waited += now() - began
		if err != nil {
			return nil, waited, err
		}
	}
}

// await waits for a change, or for the end of a context.
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

// look finds a link that takes a request, or room for one.
func (s *http2Pool) look(key string, share bool) (l *http2Conn, found bool, err error) {
	if s.closed {
		return nil, false, ErrClosed
	}
	if share {
		if l := s.free(key); l != nil {
			l.users++
			return l, true, nil
		}
		if s.dialing[key] {
			return nil, false, nil
		}
	}
	if s.open >= s.soft() {
		s.shed()
	}
	if s.most > 0 && s.open >= s.most {
		return nil, false, nil
	}
	s.open++
	if share {
		s.dialing[key] = true
	}
	return nil, true, nil
}

// soft is from how many on an idle link has to make room for another.
func (s *http2Pool) soft() int {
	if s.most > 0 {
		return s.most
	}
	return maxOrigins
}

// free reserves a request over a link to an origin, and forgets those that have
// ended.
func (s *http2Pool) free(key string) *http2Conn {
	for _, l := range slices.Clone(s.made[key]) {
		if l.conn.Reserve() == nil {
			return l
		}
		if l.users == 0 || l.conn.Err() != nil { // it takes none any more
			s.unlist(l)
		}
	}
	return nil
}

// shed closes a link that is idle, if there is one.
func (s *http2Pool) shed() {
	for _, made := range s.made {
		for _, l := range made {
			if l.users == 0 {
				s.unlist(l)
				return
			}
		}
	}
}

// unlist has a link used by no more requests than it is.
func (s *http2Pool) unlist(l *http2Conn) {
	if l.listed {
		l.listed = false
		s.made[l.key] = slices.DeleteFunc(s.made[l.key], func(other *http2Conn) bool { return other == l })
		if len(s.made[l.key]) == 0 {
			delete(s.made, l.key)
		}
	}
	if l.users == 0 {
		s.open--
		_ = l.conn.Close()
	}
}

// add has a new link used, by its maker and, if it is shared, by others.
func (s *http2Pool) add(key string, conn *http.ClientConn, stream *settingsConn, share bool) *http2Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &http2Conn{key: key, conn: conn, stream: stream, users: 1, listed: share && !s.closed}
	if l.listed {
		s.made[key] = append(s.made[key], l)
	}
	s.change(key)
	return l
}

// fail says that a link was not made.
func (s *http2Pool) fail(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	s.change(key)
}

func (s *http2Pool) change(key string) {
	delete(s.dialing, key)
	close(s.changed)
	s.changed = make(chan struct{})
}

// release ends a request over a link. No other request begins over one that may
// be dead; those under way go on.
func (s *http2Pool) release(l *http2Conn, maybeDead bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.users--
	if !l.listed || maybeDead || l.conn.Err() != nil {
		s.unlist(l)
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *http2Pool) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, made := range s.made {
		for _, l := range slices.Clone(made) {
			s.unlist(l)
		}
	}
	close(s.changed)
	s.changed = make(chan struct{})
}
