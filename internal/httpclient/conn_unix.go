//go:build unix

package httpclient

import (
	"errors"
	"io"
	"syscall"
)

// A syscallExchange makes the system calls of an exchange itself: a write, and a
// read when data has arrived. The standard library makes a third, a read that
// finds nothing, as it tries before it waits.
type syscallExchange struct {
	fd      int                   // of the socket; only the conn's owner closes it, so it stays valid
	step    func(fd uintptr) bool // stored because creating a closure allocates
	written bool                  // the request was written, as far as the socket accepted it
	wrote   bool                  // all of it
	err     error                 // of reading the response
}

func (t *syscallExchange) init(c *conn) error {
	t.step = c.runStep
	return c.raw.Control(func(fd uintptr) { t.fd = int(fd) })
}

// isQuiet reports whether an idle connection is open and has no unrequested
// data.
func (c *conn) isQuiet() bool {
	if c.secure != nil {
		return c.secure.isQuiet(c.first[:])
	}
	_, err := receive(c.fd, c.first[:])
	return errors.Is(err, syscall.EAGAIN)
}

// sendAndWait writes the request, waits for the response, and reads its first
// bytes.
func (c *conn) sendAndWait() error {
	if c.bodyStart > 0 || c.secure != nil && len(c.wire) > smallRequest {
		return c.sendRest(0)
	}
	c.written, c.wrote, c.err = false, false, nil
	for {
		err := c.raw.Read(c.step)
		switch {
		case c.guard.mayGoOn(err):
		case err != nil:
			return err
		case !c.wrote:
			return c.sendRest(0) // the socket is full or failed: an upload writes the rest and gets the error again
		default:
			return c.err
		}
	}
}

// runStep is called at first, and then whenever the socket is readable, until it
// returns true. It writes within RawConn.Read, so that no response is missed
// that comes before the wait begins.
func (c *conn) runStep(uintptr) bool {
	if c.written {
		return c.readFirst()
	}
	c.written = true
	if c.secure != nil {
		c.secure.below.direct = true
		c.write(c.wire)
		c.secure.below.direct = false
		c.wrote = true // or the connection failed, which the reader sees, too
		return false
	}
	n, _ := send(c.fd, c.wire)
	c.sent = n
	c.wrote = n == len(c.wire)
	return !c.wrote
}

// readFirst reads the first bytes of the response. It returns false if there
// are none yet.
func (c *conn) readFirst() (done bool) {
	room, err := c.in.space()
	if err != nil {
		c.err = err
		return true
	}
	n, err := c.readNow(room)
	if errors.Is(err, errWouldBlock) {
		c.in.endResponse() // or the connection would hold a buffer while it waits
		return false
	}
	c.in.advance(n)
	if n == 0 { // otherwise the next read returns the error again
		c.err = err
	}
	return true
}

// readNow reads what is there. It returns errWouldBlock if there is nothing.
func (c *conn) readNow(p []byte) (int, error) {
	if c.secure != nil {
		return c.secure.readNow(p)
	}
	return poller{c.fd}.read(p)
}

// A poller reads from a socket, and writes to it, without blocking.
type poller struct{ fd int }

func newPoller(c *conn) poller { return poller{c.fd} }

// read reads available data. It returns errWouldBlock if there is none.
func (r poller) read(p []byte) (int, error) {
	n, err := receive(r.fd, p)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return 0, errWouldBlock
	case err == nil && n == 0:
		return 0, io.EOF
	}
	return n, err
}

// write writes what the socket accepts, and returns how much that was.
func (r poller) write(p []byte) int {
	n, _ := send(r.fd, p)
	return n
}

// retry repeats a system call that a signal interrupted. It returns a length of
// at least 0.
func retry(call func(fd int, p []byte) (int, error), fd int, p []byte) (int, error) {
	for {
		n, err := call(fd, p)
		if err != syscall.EINTR { //nolint:errorlint // a system call's error is bare
			return max(n, 0), err
		}
	}
}
