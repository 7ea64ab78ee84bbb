package httpclient

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// maxOrigins limits the origins whose idle connections are kept, and so the
// memory for a million hosts. Origins in use are kept in any number.
const maxOrigins = 1024

// A pool holds the connections of a client: the idle ones of each origin, and
// the number of open ones. One lock suffices: a request takes it twice, for
// about ten nanoseconds each, while its system calls take microseconds.
type pool struct {
	maxConns int // 0 means no limit

	mu       sync.Mutex
	closed   bool
	open     int // open connections and those being opened
	idle     int // idle connections, part of open
	origins  map[string]*origin
	recent   list.List // *origin, most recently used first
	waiters  waiters
	lastDone <-chan struct{} // Done of the latest context
}

// An origin is a scheme, host and port.
type origin struct {
	key     string
	idle    []*conn // most recently used last
	users   int     // requests that hold or wait for a lease
	element *list.Element
}

func (p *pool) init(maxConns int) {
	p.maxConns = maxConns
	p.origins = map[string]*origin{}
	p.recent.Init()
}

// A lease is the right to one connection to an origin: to conn, or to open one
// if conn is nil.
type lease struct {
	origin *origin
	conn   *conn
	wait   time.Duration // for the lease
	shared bool          // the context is used by several requests
}

// acquire waits for a lease.
func (p *pool) acquire(ctx context.Context, key string) (lease, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return lease{}, ErrClosed
	}
	o, spare := p.getOrigin(key)
	o.users++
	done := ctx.Done()
	l := lease{origin: o, shared: done == p.lastDone}
	p.lastDone = done
	switch {
	case len(o.idle) > 0:
		l.conn = p.pop(o)
	case p.maxConns == 0 || p.open < p.maxConns:
		p.open++
	case p.idle > 0: // close an idle connection to another origin
		spare = append(spare, p.pop(p.leastRecentIdle()))
	default:
		w := p.waiters.push(o)
		p.mu.Unlock()
		closeAll(spare)
		return l, p.await(ctx, w, &l)
	}
	p.mu.Unlock()
	closeAll(spare)
	return l, nil
}

// takeIdle leases an idle connection to an origin. It returns nil if there is
// none.
func (p *pool) takeIdle(key string) (*origin, *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.origins[key]
	if p.closed || o == nil || len(o.idle) == 0 {
		return nil, nil
	}
	o.users++
	return o, p.pop(o)
}

// reserve leases the right to open a connection to an origin. It returns nil if
// the pool may have no more.
func (p *pool) reserve(key string) *origin {
	p.mu.Lock()
	if p.closed || p.maxConns > 0 && p.open >= p.maxConns {
		p.mu.Unlock()
		return nil
	}
	o, spare := p.getOrigin(key)
	o.users++
	p.open++
	p.mu.Unlock()
	closeAll(spare)
	return o
}

// getOrigin finds or creates an origin. It also returns the connections of an
// evicted origin, which the caller must close.
func (p *pool) getOrigin(key string) (o *origin, spare []*conn) {
	o = p.origins[key]
	if o != nil {
		p.recent.MoveToFront(o.element)
		return o, nil
	}
	if len(p.origins) >= maxOrigins {
		spare = p.evictOrigin()
	}
	o = &origin{key: key}
	o.element = p.recent.PushFront(o)
	p.origins[key] = o
	return o, spare
}

// evictOrigin removes the least recently used origin and returns its idle
// connections.
func (p *pool) evictOrigin() (spare []*conn) {
	for e := p.recent.Back(); e != nil; e = e.Prev() {
		if o := e.Value.(*origin); o.users == 0 {
			p.recent.Remove(e)
			delete(p.origins, o.key)
			return p.drain(o)
		}
	}
	return nil
}

// drain removes an origin's idle connections.
func (p *pool) drain(o *origin) (spare []*conn) {
	for len(o.idle) > 0 {
		spare = append(spare, p.pop(o))
		p.open--
	}
	return spare
}

// closeAll closes connections. It may block, so callers must not hold the lock.
func closeAll(conns []*conn) {
	for _, c := range conns {
		c.close()
	}
}

// leastRecentIdle returns the least recently used origin with an idle
// connection. There must be one.
func (p *pool) leastRecentIdle() *origin {
	e := p.recent.Back()
	for len(e.Value.(*origin).idle) == 0 {
		e = e.Prev()
	}
	return e.Value.(*origin)
}

// pop removes the most recently used idle connection of an origin.
func (p *pool) pop(o *origin) *conn {
	last := len(o.idle) - 1
	c := o.idle[last]
	o.idle[last], o.idle = nil, o.idle[:last]
	p.idle--
	return c
}

// release ends a lease. c is the connection if it can be reused, or nil.
func (p *pool) release(o *origin, c *conn) {
	p.mu.Lock()
	o.users--
	var spare *conn
	w := p.waiters.pop()
	switch {
	case w != nil && c != nil && w.origin == o:
		w.granted <- c
	case w != nil:
		w.granted <- nil
		spare = c
	case c != nil && !p.closed:
		o.idle = append(o.idle, c)
		p.idle++
	default:
		p.open--
		spare = c
	}
	p.mu.Unlock()
	if spare != nil {
		spare.close()
	}
}

// close closes idle connections and cancels the waiters.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	var idle []*conn
	for _, o := range p.origins {
		idle = append(idle, p.drain(o)...)
	}
	p.waiters.cancelAll()
	p.mu.Unlock()
	closeAll(idle)
}
