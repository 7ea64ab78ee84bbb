package httpclient

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A settingsConn reports when the settings of an HTTP/2 server were read. They
// are its first frame (RFC 9113, 3.4) and limit the number of concurrent
// requests, so requests sent before may be refused. It also records when the
// server last sent anything.
type settingsConn struct {
	net.Conn
	settled chan struct{} // closed when the settings were read or none will come
	once    sync.Once
	start   [3]byte // the frame's length
	read    int     // bytes of start
	heard   atomic.Int64
}

// Read is called by one goroutine, which has processed the previous read.
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

// silentSince reports whether the server has sent nothing since the given time.
func (c *settingsConn) silentSince(moment time.Duration) bool {
	return time.Duration(c.heard.Load()) < moment
}

// Close closes the connection.
func (c *settingsConn) Close() error {
	c.settle()
	return c.Conn.Close()
}

// settle closes settled once.
func (c *settingsConn) settle() { c.once.Do(func() { close(c.settled) }) }
