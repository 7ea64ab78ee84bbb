package httpclient

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A settingsConn reports when the settings of an HTTP/2 server have been read: they
// are its first frame (RFC 9113, 3.4), and say how many requests it takes at
// once. What is sent before that may be too much. It also knows when anything
// was last heard from the server.
type settingsConn struct {
	net.Conn
	settled chan struct{} // closed then, or when there is nothing to wait for
	once    sync.Once
	start   [3]byte // the frame's length
	read    int     // bytes so far
	heard   atomic.Int64
}

// Read is called by one goroutine, which has dealt with what it read before.
func (c *settingsConn) Read(p []byte) (int, error) {
	const frameHeader = 9
	if c.read >= len(c.start) && c.read >= frameHeader+(int(c.start[0])<<16|int(c.start[1])<<8|int(c.start[2])) {
		c.settle()
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.heard.Store(int64(now()))
	}
	if c.read < len(c.start) {
		copy(c.start[c.read:], p[:n])
	}
	c.read += n
	return n, err
}

// silentSince reports whether nothing was heard since a moment.
func (c *settingsConn) silentSince(moment time.Duration) bool {
	return time.Duration(c.heard.Load()) < moment
}

// Close closes the connection.
func (c *settingsConn) Close() error {
	c.settle()
	return c.Conn.Close()
}

func (c *settingsConn) settle() { c.once.Do(func() { close(c.settled) }) }
