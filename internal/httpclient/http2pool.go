package httpclient

import (
	"context"
	"slices"
	"sync"
	"time"
)

// An http2Pool holds the HTTP/2 connections of a client, each of which serves
// many requests at once. An origin gets another connection only when the
// existing ones take no more requests.
type http2Pool struct {
	maxConns int // 0 means no limit
	streams  int // requests at once on a connection; 0 means as many as the server takes

	mu      sync.Mutex
	closed  bool
	open    int // open connections and those being opened
	origins map[string]*http2Origin
	latest  *http2Origin // the origin of the latest request
	waiters []*http2Waiter
}

// An http2Origin is a scheme, host and port with its connections.
type http2Origin struct {
	key     string
	conns   []*http2Conn
	room    []*http2Conn // those that may take another request, latest used last
	dialing int          // connections being opened
	waiting int          // requests that wait for a connection
}

// An http2Pooled is what the pool knows of a connection.
type http2Pooled struct {
	origin *http2Origin
	users  int  // requests in progress
	listed bool // whether the pool offers it to other requests
	inRoom bool // whether it is in the room of its origin
}

// An http2Waiter is a request that waits for a connection.
type http2Waiter struct {
	origin  *http2Origin
	granted chan http2Grant // buffered
	timer   *time.Timer
}

// An http2Grant is a connection with a request reserved on it, or without one a
// slot to open a connection.
type http2Grant struct {
	conn *http2Conn
	err  error
}

var http2Waiters = sync.Pool{New: func() any {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &http2Waiter{granted: make(chan http2Grant, 1), timer: timer}
}}

func (s *http2Pool) init(maxConns, streams int) {
	s.maxConns, s.streams = maxConns, streams
	s.origins = map[string]*http2Origin{}
}

// acquire reserves a request on a connection. If it returns nil, the caller has
// a slot: it must dial and then call add or dialFailed.
func (s *http2Pool) acquire(ctx context.Context, key string, share bool) (*http2Conn, time.Duration, error) {
	s.mu.Lock()
	o := s.origin(key)
	c, found, err := s.tryAcquire(o, share)
	if found || err != nil {
		s.mu.Unlock()
		return c, 0, err
	}
	w := http2Waiters.Get().(*http2Waiter)
	w.origin = o
	o.waiting++
	s.waiters = append(s.waiters, w)
	s.mu.Unlock()
	start := now()
	grant := w.await(ctx)
	if grant.err != nil {
		grant = s.giveUp(w, grant)
	}
	w.origin = nil
	http2Waiters.Put(w)
	return grant.conn, now() - start, grant.err
}

// await waits for a grant or the end of the context.
func (w *http2Waiter) await(ctx context.Context) http2Grant {
	if deadline, ok := ctx.Deadline(); ok {
		w.timer.Reset(time.Until(deadline))
		defer w.timer.Stop()
	}
	select {
	case grant := <-w.granted:
		return grant
	case <-ctx.Done():
		return http2Grant{err: ctx.Err()}
	case <-w.timer.C:
		return http2Grant{err: context.DeadlineExceeded}
	}
}

// giveUp removes a waiter whose context is done. It keeps what the waiter was
// granted meanwhile.
func (s *http2Pool) giveUp(w *http2Waiter, late http2Grant) http2Grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.waiters, w); i >= 0 {
		s.waiters = slices.Delete(s.waiters, i, i+1)
		w.origin.waiting--
		return late
	}
	return <-w.granted
}

// origin returns the origin with a key. The caller holds mu.
func (s *http2Pool) origin(key string) *http2Origin {
	if o := s.latest; o != nil && o.key == key {
		return o
	}
	o := s.origins[key]
	if o == nil {
		o = &http2Origin{key: key}
		s.origins[key] = o
	}
	s.latest = o
	return o
}

// tryAcquire returns a connection that takes a request, or nil and true for a
// slot. It returns false if the caller must wait. The caller holds mu.
func (s *http2Pool) tryAcquire(o *http2Origin, share bool) (c *http2Conn, found bool, err error) {
	if s.closed {
		return nil, false, ErrClosed
	}
	if share {
		if c := s.reserveExisting(o); c != nil {
			return c, true, nil
		}
		// Without a limit of streams the one being opened may take all requests.
		if o.dialing > 0 && (s.streams == 0 || o.waiting < o.dialing*(s.streams-1)) {
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
	o.dialing++
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

// limit returns how many requests a connection may have at once.
func (s *http2Pool) limit(c *http2Conn) int {
	allowed := int(c.allowed.Load())
	if s.streams > 0 {
		return min(allowed, s.streams)
	}
	return allowed
}

// reserveExisting reserves a request on the connection that was used last and
// has room. It retires connections that take no more. It returns nil if none
// takes a request.
func (s *http2Pool) reserveExisting(o *http2Origin) *http2Conn {
	for len(o.room) > 0 {
		last := len(o.room) - 1
		c := o.room[last]
		takes := c.accepts.Load()
		if takes && c.pooled.users < s.limit(c) {
			c.pooled.users++
			if c.pooled.users >= s.limit(c) {
				o.room, c.pooled.inRoom = o.room[:last], false
			}
			return c
		}
		o.room, c.pooled.inRoom = o.room[:last], false
		if !takes {
			s.retire(c)
		}
	}
	return nil
}

// closeIdle closes one idle connection, if there is one.
func (s *http2Pool) closeIdle() {
	for _, o := range s.origins {
		for _, c := range o.conns {
			if c.pooled.users == 0 {
				s.retire(c)
				return
			}
		}
	}
}

// retire removes a connection from the pool. Requests in progress continue; the
// last one closes it.
func (s *http2Pool) retire(c *http2Conn) {
	o := c.pooled.origin
	same := func(other *http2Conn) bool { return other == c }
	if c.pooled.listed {
		c.pooled.listed = false
		o.conns = slices.DeleteFunc(o.conns, same)
		if c.pooled.inRoom {
			o.room, c.pooled.inRoom = slices.DeleteFunc(o.room, same), false
		}
	}
	if c.pooled.users == 0 {
		s.open--
		c.close()
	}
	s.forget(o)
}

// forget removes an origin that has nothing, so that a million hosts take no
// memory.
func (s *http2Pool) forget(o *http2Origin) {
	if len(o.conns) == 0 && o.dialing == 0 && o.waiting == 0 && len(s.origins) > maxOrigins {
		delete(s.origins, o.key)
		s.latest = nil
	}
}

// add adds a new connection for its creator and, if share is set, for other
// requests.
func (s *http2Pool) add(key string, c *http2Conn, share bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.origin(key)
	o.dialing--
	c.pooled = http2Pooled{origin: o, users: 1, listed: share && !s.closed}
	if c.pooled.listed {
		o.conns = append(o.conns, c)
		s.offer(c)
	}
	s.serve()
}

// offer puts a connection into the room of its origin if it may take a request.
func (s *http2Pool) offer(c *http2Conn) {
	if !c.pooled.inRoom && c.pooled.users < s.limit(c) {
		c.pooled.inRoom = true
		c.pooled.origin.room = append(c.pooled.origin.room, c)
	}
}

// dialFailed returns the slot of a connection that could not be opened.
func (s *http2Pool) dialFailed(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	o := s.origin(key)
	o.dialing--
	s.forget(o)
	s.serve()
}

// release ends a request on a connection. A connection that may be dead gets no
// further requests.
func (s *http2Pool) release(c *http2Conn, maybeDead bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.pooled.users--
	if !c.pooled.listed || maybeDead || !c.accepts.Load() {
		s.retire(c)
	} else {
		s.offer(c)
	}
	if len(s.waiters) > 0 {
		s.serve()
	}
}

// serve grants waiters, in the order in which they came, what there is now. The
// caller holds mu.
func (s *http2Pool) serve() {
	var full *http2Origin // whose waiters must go on waiting
	s.waiters = slices.DeleteFunc(s.waiters, func(w *http2Waiter) bool {
		if w.origin == full {
			return false
		}
		w.origin.waiting-- // or it would wait for itself
		c, found, err := s.tryAcquire(w.origin, true)
		if !found && err == nil {
			full = w.origin
			w.origin.waiting++
			return false
		}
		w.granted <- http2Grant{c, err}
		return true
	})
}

// close retires all connections and ends the waiting.
func (s *http2Pool) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, o := range s.origins {
		for _, c := range slices.Clone(o.conns) {
			s.retire(c)
		}
	}
	s.serve()
}
