package httpclient

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// maxOrigins is how many origins are remembered for their idle connections, so
// that a million hosts take no more memory than these. Those in use are
// remembered whatever their number.
const maxOrigins = 1024

// A pool is the connections of a client: the idle ones of each origin, and a slot
// for each of those there may be. One lock is enough: a request takes it twice,
// for some ten nanoseconds each, beside the microseconds of its system calls.
type pool struct {
	most int // connections; 0: any number

	mu      sync.Mutex
	closed  bool
	open    int // slots taken: connections there are, or are being made
	idle    int // of them idle
	origins map[string]*origin
	recent  list.List // of *origin, the one last used in front
	waiters waiters
	done    <-chan struct{} // of the context that last came by
}

// An origin is a scheme, host and port.
type origin struct {
	key   string
	idle  []*conn // the one last used at the end
	users int     // requests that have a slot for it or wait for one
	place *list.Element
}

func (p *pool) init(most int) {
	p.most = most
	p.origins = map[string]*origin{}
	p.recent.Init()
}

// A lease is the right to one connection to an origin: to an idle one, or to make
// one where conn is nil.
type lease struct {
	origin *origin
	conn   *conn
	wait   time.Duration // that it took
	shared bool          // whether the context is one of many requests
}

// acquire waits for a connection to be free, or for room to make one.
func (p *pool) acquire(ctx context.Context, key string) (lease, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return lease{}, ErrClosed
	}
	o, spare := p.visit(key)
	o.users++
	done := ctx.Done()
	l := lease{origin: o, shared: done == p.done}
	p.done = done
	switch {
	case len(o.idle) > 0:
		l.conn = p.pop(o)
	case p.most == 0 || p.open < p.most:
		p.open++
	case p.idle > 0: // one to somewhere else makes room
		spare = append(spare, p.pop(p.leastRecent()))
	default:
		w := p.waiters.join(o)
		p.mu.Unlock()
		closeAll(spare)
		return l, p.await(ctx, w, &l)
	}
	p.mu.Unlock()
	closeAll(spare)
	return l, nil
}

// visit finds an origin, or makes it, and returns the connections of the one that
// has to go for it.
func (p *pool) visit(key string) (o *origin, spare []*conn) {
	o = p.origins[key]
	if o != nil {
		p.recent.MoveToFront(o.place)
		return o, nil
	}
	if len(p.origins) >= maxOrigins {
		spare = p.forget()
	}
	o = &origin{key: key}
	o.place = p.recent.PushFront(o)
	p.origins[key] = o
	return o, spare
}

// forget drops the origin that has not been used for the longest time, and
// returns its idle connections.
func (p *pool) forget() (spare []*conn) {
	for e := p.recent.Back(); e != nil; e = e.Prev() {
		if o := e.Value.(*origin); o.users == 0 {
			p.recent.Remove(e)
			delete(p.origins, o.key)
			return p.drain(o)
		}
	}
	return nil
}

// drain takes the idle connections from an origin.
func (p *pool) drain(o *origin) (spare []*conn) {
	for len(o.idle) > 0 {
		spare = append(spare, p.pop(o))
		p.open--
	}
	return spare
}

// closeAll closes connections, which takes its time and is not to be done under
// the lock.
func closeAll(conns []*conn) {
	for _, c := range conns {
		c.close()
	}
}

// leastRecent is the origin with an idle connection that was not used for the
// longest time. There is one.
func (p *pool) leastRecent() *origin {
	e := p.recent.Back()
	for len(e.Value.(*origin).idle) == 0 {
		e = e.Prev()
	}
	return e.Value.(*origin)
}

func (p *pool) pop(o *origin) *conn {
	last := len(o.idle) - 1
	c := o.idle[last]
	o.idle[last], o.idle = nil, o.idle[:last]
	p.idle--
	return c
}

// release ends a lease. c is the connection, if it may be used again; otherwise
// it has been closed, or was never made.
func (p *pool) release(o *origin, c *conn) {
	p.mu.Lock()
	o.users--
	var spare *conn
	w := p.waiters.next()
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

func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	var idle []*conn
	for _, o := range p.origins {
		idle = append(idle, p.drain(o)...)
	}
	p.waiters.dismiss()
	p.mu.Unlock()
	closeAll(idle)
}
