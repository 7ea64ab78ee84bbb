//go:build unix

package httpclient

import (
	"errors"
	"io"
	"syscall"
)

// A syscallExchange makes the system calls of an exchange. The first read finds
// nothing: the connection is open, and no unexpected bytes wait. Then come a
// write and, once there is something to read, a read. Go's own way has as many:
// there the read that finds nothing comes behind the write, where it tells
// nothing.
type syscallExchange struct {
	step   func(fd uintptr) bool // kept, for a closure is an allocation
	wrote  bool
	failed error // of a system call
	gone   bool  // what the probe found
}

func (t *syscallExchange) init(c *conn) {
	t.step = c.takeStep
}

// sendPlain is send, on a socket.
func (c *conn) sendPlain() error {
	c.wrote, c.failed, c.gone = false, nil, false
	if err := c.raw.Read(c.step); err != nil {
		return err
	}
	switch {
	case c.gone:
		return errStale
	case !c.wrote:
		return c.sendRest(0)
	default:
		return c.failed
	}
}

// takeStep is called with the socket: at first, and whenever there is something
// to read. It reports whether it is done; if not, it is called again.
func (c *conn) takeStep(fd uintptr) bool {
	if c.wrote {
		return c.readFirst(int(fd))
	}
	if c.used && c.somethingWaits(int(fd)) {
		c.gone = true
		return true
	}
	c.began = now()
	if c.bodyAt > 0 {
		return true
	}
	n, err := retry(syscall.Write, int(fd), c.wire)
	c.sent = max(n, 0)
	c.wrote = err == nil && n == len(c.wire)
	return !c.wrote // the socket is full: the rest is an upload, which also meets the error again
}

// somethingWaits reports whether a connection that was idle has ended, or has
// something to say that was not asked for.
func (c *conn) somethingWaits(fd int) bool {
	_, err := retry(syscall.Read, fd, c.first[:])
	return !errors.Is(err, syscall.EAGAIN)
}

func (c *conn) readFirst(fd int) (done bool) {
	room, err := c.in.room()
	if err != nil {
		c.failed = err
		return true
	}
	n, err := retry(syscall.Read, fd, room)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return false
	case err != nil:
		c.failed = err
	case n == 0:
		c.failed = io.EOF
	default:
		c.in.add(n)
	}
	return true
}

// A poller reads from a socket without waiting.
type poller struct {
	raw  syscall.RawConn
	step func(fd uintptr) bool // kept, for a closure is an allocation
	p    []byte
	n    int
	err  error
}

func (r *poller) init(raw syscall.RawConn) {
	r.raw, r.step = raw, r.take
}

// read reads what there is, and fails with errNothing where there is nothing.
func (r *poller) read(p []byte) (int, error) {
	r.p = p
	err := r.raw.Read(r.step)
	r.p = nil
	if err != nil {
		return 0, err
	}
	return r.n, r.err
}

func (r *poller) take(fd uintptr) bool {
	n, err := retry(syscall.Read, int(fd), r.p)
	r.n, r.err = max(n, 0), err
	switch {
	case errors.Is(err, syscall.EAGAIN):
		r.err = errNothing
	case err == nil && n == 0:
		r.err = io.EOF
	}
	return true
}

// retry does a system call again that a signal has interrupted.
func retry(call func(fd int, p []byte) (int, error), fd int, p []byte) (int, error) {
	for {
		n, err := call(fd, p)
		if err != syscall.EINTR { //nolint:errorlint // a system call's error is bare
			return n, err
		}
	}
}
