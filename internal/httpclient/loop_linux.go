package httpclient

import (
	"math"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// An EventLoop sends requests of HTTP/1.1 over many connections, from one
// goroutine that waits for all of them at once. Otherwise a goroutine waits for
// each, and the scheduler wakes it for every response.
//
// Attach takes a connection that Client.Do has made out of the client's pool, and
// Open makes another. LoopConn.Detach gives it to the pool. Attach, Open and Wake
// are safe for concurrent use; everything else belongs to the loop's goroutine.
type EventLoop struct {
	client *Client
	poller *platform.Poller
	conns  []*LoopConn // by their numbers
	free   []int32     // unused numbers

	events []*LoopConn        // connections that have one in the current Wait
	note   func(number int32) // adds one

	batch     *platform.SocketBatch // nil if the system has none
	batchFrom int                   // how many events a Wait must have to use it
	batching  bool                  // the current Wait uses it
	cut       []*LoopConn           // connections whose request it did not send whole
}

// NewEventLoop returns an event loop for the requests of a client. The caller must
// close it. The error is errors.ErrUnsupported on some systems.
func (c *Client) NewEventLoop() (*EventLoop, error) {
	poller, err := platform.NewPoller()
	if err != nil {
		return nil, err
	}
	l := &EventLoop{client: c, poller: poller}
	l.note = func(number int32) {
		if x := l.conns[number]; x != nil { // otherwise it was detached after the event
			l.events = append(l.events, x)
		}
	}
	l.batchFrom = math.MaxInt
	if c.options.Batch && mayBatch {
		l.startBatching()
	}
	return l, nil
}

// Close releases the loop. No connection may be attached.
func (l *EventLoop) Close() {
	l.poller.Close()
	if l.batch != nil {
		l.batch.Close()
	}
}

// IO names the interface of the system by which the loop sends and receives.
func (l *EventLoop) IO() string {
	if l.batch != nil {
		return "io_uring"
	}
	return "epoll"
}

// Wake makes the current Wait return, or else the next.
func (l *EventLoop) Wake() { l.poller.Wake() }

// Wait calls ready with the owner of each connection to which data has come, and
// returns how many there were. Without any it waits until there are, Wake is
// called, or the limit has passed; a limit of 0 does not wait.
func (l *EventLoop) Wait(limit time.Duration, ready func(owner any)) int {
	n := l.poller.Wait(limit, l.note)
	l.batching = len(l.events) >= l.batchFrom
	for left := l.events; len(left) > 0; {
		chunk := left[:min(len(left), maxChunk)]
		left = left[len(chunk):]
		l.receiveAll(chunk)
		for _, x := range chunk {
			if x.watched { // otherwise it was detached meanwhile
				ready(x.owner)
			}
		}
	}
	l.submit()
	l.batching = false
	l.proceedCut(ready)
	clear(l.events)
	l.events = l.events[:0]
	return n
}

// Attach takes an idle connection to the target of a request out of the client's
// pool, to serve the requests of an owner. It returns nil if there is none.
func (l *EventLoop) Attach(r *Request, owner any) *LoopConn {
	o, c := l.client.pool.takeIdle(r.target.key)
	if c == nil {
		return nil
	}
	x, err := newLoopConn(l, o, c, owner)
	if err != nil {
		l.client.pool.release(o, c)
		return nil
	}
	return x
}

// watch gives a connection a number, and starts watching it.
func (l *EventLoop) watch(x *LoopConn) error {
	if len(l.free) == 0 {
		l.free = append(l.free, int32(len(l.conns)))
		l.conns = append(l.conns, nil)
	}
	last := len(l.free) - 1
	number := l.free[last]
	add := l.poller.Add
	if x.connecting {
		add = l.poller.AddConnecting
	}
	if err := add(x.fd, number); err != nil {
		return err
	}
	l.free = l.free[:last]
	l.conns[number], x.number, x.watched = x, number, true
	return nil
}

// unwatch stops watching a connection.
func (l *EventLoop) unwatch(x *LoopConn) {
	if !x.watched {
		return
	}
	l.poller.Remove(x.fd)
	l.conns[x.number], x.watched = nil, false
	l.free = append(l.free, x.number)
}
