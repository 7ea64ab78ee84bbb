//go:build unix

package httpclient

import (
	"errors"
	"io"
	"syscall"
)

// A syscallExchange makes the system calls of an exchange: a read that must
// find nothing, which shows that the connection is open and has no unexpected
// data, a write, and a read when data has arrived. The standard library makes
// as many calls, but its empty read comes after the write, where it shows
// nothing.
type syscallExchange struct {
	step  func(fd uintptr) bool // stored because creating a closure allocates
	wrote bool
	err   error // of a system call
	ended bool  // the first read found the connection closed or unexpected data
}

func (t *syscallExchange) init(c *conn) {
	t.step = c.runStep
}

// sendPlain sends over a plain socket.
func (c *conn) sendPlain() error {
	c.wrote, c.err, c.ended = false, nil, false
	if err := c.raw.Read(c.step); err != nil {
		return err
	}
	switch {
	case c.ended:
		return errStale
	case !c.wrote:
		return c.sendRest(0)
	default:
		return c.err
	}
}

// runStep is called with the socket's descriptor first, and then whenever the
// socket is readable, until it returns true.
func (c *conn) runStep(fd uintptr) bool {
	if c.wrote {
		return c.readFirst(int(fd))
	}
	if c.used && c.hasUnexpectedInput(int(fd)) {
		c.ended = true
		return true
	}
	c.writeStart = now()
	if c.bodyStart > 0 {
		return true
	}
	n, err := retry(syscall.Write, int(fd), c.wire)
	c.sent = max(n, 0)
	c.wrote = err == nil && n == len(c.wire)
	return !c.wrote // if the socket is full or failed, an upload writes the rest and gets the error again
}

// hasUnexpectedInput reports whether an idle connection was closed or sent
// unrequested data.
func (c *conn) hasUnexpectedInput(fd int) bool {
	_, err := retry(syscall.Read, fd, c.first[:])
	return !errors.Is(err, syscall.EAGAIN)
}

// readFirst reads the first bytes of the response. It returns false if there
// are none yet.
func (c *conn) readFirst(fd int) (done bool) {
	room, err := c.in.space()
	if err != nil {
		c.err = err
		return true
	}
	n, err := retry(syscall.Read, fd, room)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return false
	case err != nil:
		c.err = err
	case n == 0:
		c.err = io.EOF
	default:
		c.in.advance(n)
	}
	return true
}

// A poller reads from a socket without blocking.
type poller struct {
	raw  syscall.RawConn
	step func(fd uintptr) bool // stored because creating a closure allocates
	p    []byte
	n    int
	err  error
}

func (r *poller) init(raw syscall.RawConn) {
	r.raw, r.step = raw, r.runStep
}

// read reads available data. It returns errWouldBlock if there is none.
func (r *poller) read(p []byte) (int, error) {
	r.p = p
	err := r.raw.Read(r.step)
	r.p = nil
	if err != nil {
		return 0, err
	}
	return r.n, r.err
}

// runStep makes the system call.
func (r *poller) runStep(fd uintptr) bool {
	n, err := retry(syscall.Read, int(fd), r.p)
	r.n, r.err = max(n, 0), err
	switch {
	case errors.Is(err, syscall.EAGAIN):
		r.err = errWouldBlock
	case err == nil && n == 0:
		r.err = io.EOF
	}
	return true
}

// retry repeats a system call that a signal interrupted.
func retry(call func(fd int, p []byte) (int, error), fd int, p []byte) (int, error) {
	for {
		n, err := call(fd, p)
		if err != syscall.EINTR { //nolint:errorlint // a system call's error is bare
			return n, err
		}
	}
}
