//go:build !unix

package transport

// A turn is nothing where sockets cannot be read without waiting: whether a
// connection has ended shows when it is used.
type turn struct{}

func (*turn) init(*conn) {}

func (c *conn) sendPlain() (whole bool, err error) {
	c.began = now()
	return c.sendRest()
}

func (c *conn) ended() bool { return false }
