//go:build !unix

package httpclient

import "syscall"

// A syscallExchange is empty where a socket cannot be read without blocking. A
// closed connection is then noticed when it is used.
type syscallExchange struct{}

func (*syscallExchange) init(*conn) {}

func (c *conn) sendPlain() error {
	c.writeStart = now()
	return c.sendRest(smallRequest)
}

// A poller never has data here.
type poller struct{}

func (*poller) init(syscall.RawConn) {}

func (*poller) read([]byte) (int, error) { return 0, errWouldBlock }
