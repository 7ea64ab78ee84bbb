package httpclient

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"time"
)

// A LoopConn is a connection of an EventLoop. It serves one request at a time.
type LoopConn struct {
	Response Response // to the latest request

	loop    *EventLoop
	owner   any
	origin  *origin
	fd      int    // -1 before open
	host    string // if Open made it: for Options.Allow and errors
	local   net.Addr
	remote  net.Addr
	secure  *secureStream // nil without TLS
	watched bool
	number  int32 // among the watched connections of the loop
	in      reader
	quiet   int           // see conn
	idle    time.Duration // since when it has no request; see conn.idleSince
	used    bool          // it has served a request
	ended   bool          // it cannot serve another request

	// State of opening it.
	connecting   bool // since connectStart
	connectStart time.Duration
	connectTime  time.Duration // how long it took
	failure      error         // why it failed

	// State of the current exchange.
	begun      bool // something was sent, and the response has not been read
	request    *Request
	rest       []byte // of it, without TLS: what the socket has not taken
	writeStart time.Duration
	first      time.Duration // when the first bytes of the response came; 0 before
	reads      int           // since then
	needed     int           // bytes of the whole response, as far as is known

	// What a batch has done, or will.
	sending      bool // it sends the request
	received     bool // what it received is buffered for the next Receive
	receiveError error
	receivedAt   time.Duration // with TLS
}

// An exchange whose response takes more reads, or more memory, is finished by
// Resume: it is read again from its start after each.
const (
	maxLoopReads  = 16
	maxLoopLength = bigBuffer
)

// newLoopConn makes a connection one of the loop. On success c is closed, and its
// socket is open.
func newLoopConn(l *EventLoop, o *origin, c *conn, owner any) (*LoopConn, error) {
	fd, err := duplicate(c)
	if err != nil {
		return nil, err
	}
	x := &LoopConn{
		loop: l, owner: owner, origin: o, fd: fd, used: true, quiet: c.quiet, idle: c.idleSince,
		local: c.socket.LocalAddr(), remote: c.socket.RemoteAddr(), secure: c.secure,
	}
	if x.secure != nil {
		x.secure.below.join(fd)
	}
	x.in.held = errWouldBlock
	c.broken = true // close the descriptor only
	c.close()
	return x, nil
}

// Send writes a request, at the given time. If it returns false, the connection
// cannot serve the request, or has not accepted all of it: the caller detaches it.
// In a Wait that batches its calls, the request is written before that returns.
func (x *LoopConn) Send(r *Request, at time.Time) bool {
	if x.ended || r.bodyStart > 0 || r.target.key != x.origin.key || x.secure != nil && len(r.wire) > smallRequest {
		return false
	}
	if x.fd < 0 {
		return x.open(r)
	}
	if !x.watched && x.loop.watch(x) != nil {
		return false
	}
	start := at.Sub(epoch)
	idle := start - x.idle
	if idle > maxIdle {
		x.ended = true
		return false
	}
	if !r.idempotent || x.quiet < trustedAfter || idle > trustedFor {
		if !x.isQuiet() {
			x.ended = true
			return false
		}
		x.quiet++
		start = now()
	}
	if x.secure != nil {
		if _, err := x.secure.Write(r.wire); err != nil {
			x.ended = true
			return false
		}
	}
	x.begin(r)
	x.writeStart = start
	return x.loop.sendLater(x) || x.send()
}

// begin begins the exchange of a request.
func (x *LoopConn) begin(r *Request) {
	x.in.startResponse()
	x.Response.reset()
	x.request, x.rest, x.first, x.reads, x.needed = r, r.wire, 0, 0, 0
	x.received, x.receivedAt = false, 0
	x.begun = true
}

// isQuiet reports whether the connection is open and has no unrequested data.
func (x *LoopConn) isQuiet() bool {
	var first [1]byte
	if x.secure != nil {
		return x.secure.isQuiet(first[:]) && x.send()
	}
	_, err := receive(x.fd, first[:])
	return errors.Is(err, syscall.EAGAIN)
}

// Receive reads what is there of the response. If that completes the response, it
// returns when it did so. Without a request it returns LoopStuck if the connection
// has ended.
func (x *LoopConn) Receive() (state LoopState, end time.Time) {
	if x.sending {
		x.loop.submit() // or what is read here would be that before the request
	}
	switch {
	case !x.begun:
		return x.checkIdle(), time.Time{}
	case x.connecting:
		return x.sendConnected(), time.Time{}
	case len(x.unsent()) > 0:
		return LoopStuck, time.Time{}
	}
	for x.reads < maxLoopReads && len(x.in.buffered()) < maxLoopLength {
		err := x.receive()
		if errors.Is(err, syscall.EAGAIN) {
			if len(x.in.buffered()) == 0 {
				x.in.release() // or the connection would hold a buffer while it waits
			}
			return LoopWaiting, time.Time{}
		}
		if err != nil {
			x.in.held = err
			break
		}
		switch whole, err := x.read(); {
		case err != nil:
			return LoopStuck, time.Time{}
		case whole:
			return LoopDone, x.end()
		}
		// More may be there, or the end. No other event will tell, so read again.
	}
	return LoopStuck, time.Time{}
}

// receive receives once, or returns the error of a batch that has. It is EAGAIN if
// there is nothing.
func (x *LoopConn) receive() error {
	if x.received {
		x.received = false
		return x.receiveError
	}
	room, err := x.in.space()
	if err != nil {
		return err
	}
	if x.secure != nil {
		return x.receiveTLS(room)
	}
	n, err := receive(x.fd, room)
	at := x.first
	if at == 0 && err == nil {
		at = now()
	}
	return x.noteReceived(n, err, at)
}

// noteReceived adds what a call received to the buffer.
func (x *LoopConn) noteReceived(n int, err error, at time.Duration) error {
	if err == nil && n == 0 {
		err = io.EOF
	}
	if err != nil {
		return err
	}
	if x.reads++; x.reads == 1 {
		x.first = at
	}
	x.in.advance(n)
	return nil
}

// checkIdle returns LoopStuck if a connection without a request can serve no other.
func (x *LoopConn) checkIdle() LoopState {
	x.ended = x.ended || !x.isQuiet()
	if x.ended {
		return LoopStuck
	}
	return LoopWaiting
}

// read reads the buffered response. If that is not whole or not right, it leaves
// the buffer as it is.
func (x *LoopConn) read() (whole bool, err error) {
	if len(x.in.buffered()) < x.needed {
		return false, nil
	}
	reusable, err := responseReader{
		in: &x.in, response: &x.Response, maxBody: x.loop.client.options.MaxBody,
	}.read(x.request.toHEAD)
	if err == nil {
		x.ended = !reusable
		return true, nil
	}
	if a := &x.Response; a.Status > 0 && a.known.length > 0 && a.known.length < maxLoopLength {
		x.needed = len(a.head) + int(a.known.length)
	}
	x.in.r = 0
	x.Response.reset()
	if errors.Is(err, errWouldBlock) {
		err = nil
	}
	return false, err
}

// end ends an exchange whose response has been read, and returns when that was.
func (x *LoopConn) end() time.Time {
	end := now()
	x.begun = false
	a := &x.Response
	a.Phases.FirstByte, a.Phases.Body = x.first-x.writeStart, end-x.first
	a.Sent, a.Received = int64(x.sent()), x.in.total
	x.in.endResponse()
	x.noteOpened(a)
	x.idle, x.used = end, true
	return epoch.Add(end)
}

// noteOpened notes in a response that the connection was opened for it, if it was.
func (x *LoopConn) noteOpened(a *Response) {
	if !x.used {
		a.Connected, a.Phases.Connect = true, x.connectTime
	}
}

// Detach takes the connection out of the loop. It reports whether an exchange has
// begun, which Resume then finishes. Otherwise the connection is back in the
// client's pool, or closed.
func (x *LoopConn) Detach() (begun bool) {
	x.loop.submit()
	x.loop.unwatch(x)
	if x.begun {
		return true
	}
	if x.fd < 0 {
		x.loop.client.pool.release(x.origin, nil)
		return false
	}
	c, err := x.conn()
	if err == nil && x.ended {
		c.broken = true
		c.close()
		c = nil
	}
	x.loop.client.pool.release(x.origin, c)
	return false
}

// conn returns the connection as one for a goroutine.
func (x *LoopConn) conn() (*conn, error) {
	socket := newFileSocket(x.fd, x.local, x.remote)
	c, err := newConn(socket)
	if err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	if x.secure != nil {
		x.secure.below.leave(c)
		c.startTLS(x.secure)
	}
	x.in.src = c.in.src
	c.in = x.in
	if errors.Is(c.in.held, errWouldBlock) {
		c.in.held = nil
	}
	c.used, c.quiet, c.idleSince = x.used, x.quiet, x.idle
	if c.begun = x.begun; c.begun {
		c.sent, c.writeStart, c.firstByte = x.sent(), x.writeStart, x.first
	}
	return c, nil
}

// Resume finishes the exchange that a detached connection has begun, like Do.
func (c *Client) Resume(ctx context.Context, x *LoopConn, keep int, a *Response) error {
	a.reset()
	if x.connecting {
		return c.resumeConnecting(ctx, x, keep, a)
	}
	x.noteOpened(a)
	made, err := x.conn()
	if err != nil {
		c.pool.release(x.origin, nil)
		return classify(ctx, ClassConnect, "resuming the request", err)
	}
	return c.exchangeOn(ctx, lease{origin: x.origin, conn: made}, x.request, keep, a)
}
