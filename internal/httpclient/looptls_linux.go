package httpclient

import (
	"errors"
	"io"
	"syscall"
	"time"
)

// join makes the connection below TLS one of an EventLoop, with another descriptor.
func (r *recordConn) join(fd int) { r.poller, r.queues = poller{fd}, true }

// leave makes it one of a conn again.
func (r *recordConn) leave(c *conn) { r.socket, r.poller, r.queues = &c.socket, newPoller(c), false }

// room returns where a batch receives: with TLS, below it.
func (x *LoopConn) room() []byte {
	if x.secure != nil {
		return x.secure.below.ahead.space()
	}
	room, _ := x.in.space() // none after an error, which receive finds, too
	return room
}

// receivedInBatch notes what a batch received into room, for the next Receive.
func (x *LoopConn) receivedInBatch(n int, err error, at time.Duration) {
	if x.secure == nil {
		x.received, x.receiveError = true, x.noteReceived(n, err, at)
		return
	}
	switch {
	case errors.Is(err, syscall.EAGAIN):
		err = nil // Receive finds it again
	case err == nil && n == 0:
		err = io.EOF
	}
	x.secure.below.ahead.advance(n, err)
	x.receivedAt = at
}

// receiveTLS receives once through TLS. It sends what TLS has to answer, such as
// to a new key.
func (x *LoopConn) receiveTLS(room []byte) error {
	at := x.receivedAt
	x.receivedAt = 0
	n, err := x.secure.readNow(room)
	x.send()
	switch {
	case n > 0:
		err = nil // the next call returns it again
		if at == 0 && x.reads == 0 {
			at = now()
		}
	case errors.Is(err, errWouldBlock):
		err = syscall.EAGAIN
	}
	return x.noteReceived(n, err, at)
}

// unsent returns what the socket has not taken.
func (x *LoopConn) unsent() []byte {
	if x.secure != nil {
		return x.secure.below.queue
	}
	return x.rest
}

// took notes that the socket took n bytes.
func (x *LoopConn) took(n int) {
	if x.secure == nil {
		x.rest = x.rest[n:]
		return
	}
	queue := &x.secure.below.queue
	*queue = (*queue)[:copy(*queue, (*queue)[n:])]
}

// sent returns how much of the request was sent, or encrypted.
func (x *LoopConn) sent() int {
	if x.secure != nil {
		return len(x.request.wire)
	}
	return len(x.request.wire) - len(x.rest)
}

// send sends what was not sent. It reports whether the socket took all. What fails
// fails again when the response is read, or the exchange resumed.
func (x *LoopConn) send() (all bool) {
	if len(x.unsent()) > 0 {
		n, _ := send(x.fd, x.unsent())
		x.took(n)
	}
	return len(x.unsent()) == 0
}
