//go:build !unix

package httpclient

import "syscall"

// A syscallExchange is empty where sockets cannot be read without waiting: whether a
// connection has ended shows when it is used.
type syscallExchange struct{}

func (*syscallExchange) init(*conn) {}

func (c *conn) sendPlain() error {
	c.began = now()
	return c.sendRest(smallRequest)
}

// A poller sees nothing here.
type poller struct{}

func (*poller) init(syscall.RawConn) {}

func (*poller) read([]byte) (int, error) { return 0, errNothing }
