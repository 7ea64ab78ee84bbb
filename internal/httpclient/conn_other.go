//go:build !unix

package httpclient

// A syscallExchange is empty where a socket cannot be read without blocking. A
// closed connection is then noticed when it is used.
type syscallExchange struct{}

func (*syscallExchange) init(*conn) error { return nil }

// isQuiet cannot tell.
func (c *conn) isQuiet() bool { return true }

func (c *conn) sendAndWait() error { return c.sendRest(smallRequest) }

// A poller never has data here, and writes nothing.
type poller struct{}

func (poller) read([]byte) (int, error) { return 0, errWouldBlock }

func (poller) write([]byte) int { return 0 }

func newPoller(*conn) poller { return poller{} }
