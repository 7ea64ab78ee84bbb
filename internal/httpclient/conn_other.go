//go:build !unix

package httpclient

import "syscall"

// A turn is nothing where sockets cannot be read without waiting: whether a
// connection has ended shows when it is used.
type turn struct{}

func (*turn) init(*conn) {}

func (c *conn) sendPlain() error {
	c.began = now()
	return c.sendRest(smallRequest)
}

// A poller sees nothing here.
type poller struct{}

func (*poller) init(syscall.RawConn) {}

func (*poller) read([]byte) (int, error) { return 0, errNothing }
