package httpclient

import (
	"errors"
	"io"
	"os"
	"time"
)

// lead reads for all streams until that of the caller is done; nil means until
// another goroutine can do it. Then it hands that on.
func (c *http2Conn) lead(s *http2Stream) {
	c.mu.Lock()
	for c.err == nil && (s == nil || !s.done) {
		// If all requests in progress are still pending, no response is waiting.
		waits := c.unsent > 0 && c.unsent == len(c.streams.active) && c.uploads.empty()
		_ = c.readOnce(waits)
		if s == nil && (len(c.streams.active) > 0 || c.ended > 0) {
			break
		}
	}
	c.processRest()
	if s != nil {
		s.leads = false
	}
	c.reading, c.idleSince = false, now()
	c.handOver()
	if len(c.pending) > 0 && !c.flushing && !c.reading {
		c.writePending()
	}
	c.mu.Unlock()
}

// handOver lets another goroutine read if none does and a response is due. The
// caller holds mu.
func (c *http2Conn) handOver() {
	switch n := len(c.streams.active); {
	case c.reading:
	case c.err != nil:
		c.dropInput()
	case n > 0:
		next := c.streams.active[n-1]
		c.reading, next.leads = true, true
		next.wake <- struct{}{}
	}
}

// dropInput gives the input's buffers back. The caller holds mu, and no
// goroutine reads.
func (c *http2Conn) dropInput() {
	if c.in.small != nil {
		c.in.release()
	}
}

// readOnce sends what is pending, reads once and processes what has come. If
// waits is set, it does not try to read before it waits. The caller holds mu,
// which readOnce releases meanwhile, and reads for all.
func (c *http2Conn) readOnce(waits bool) error {
	if waits {
		c.queuePending()
	} else {
		c.writePending()
	}
	c.ended = 0
	return c.receive(waits)
}

// processRest processes the records that TLS has read ahead, of which each read
// returns only one. So the requests that follow are sent together. The caller
// holds mu and reads for all.
func (c *http2Conn) processRest() {
	if c.stream == c.wire || len(c.streams.active) == 0 {
		return
	}
	c.wire.ahead = true
	for c.err == nil && c.receive(false) == nil {
	}
	c.wire.ahead = false
}

// receive reads once and processes what has come. See readOnce.
func (c *http2Conn) receive(waits bool) error {
	if c.data.left > smallBuffer {
		c.in.borrowBig()
	}
	c.mu.Unlock()
	c.wire.flushFirst = waits
	err := c.in.fill()
	if c.wire.flushFirst { // TLS had input already
		c.wire.flushFirst = false
		c.wire.flush()
	}
	moment := now()
	c.mu.Lock()
	switch {
	case err == nil:
		c.heard.Store(int64(moment))
		c.silent, c.pinged = moment, false
		if err = c.process(moment); err != nil {
			c.fail(err)
		}
		if c.data.left == 0 && len(c.in.buffered()) <= smallBuffer {
			c.in.returnBig()
		}
	case errors.Is(err, errWouldBlock):
	case errors.Is(err, os.ErrDeadlineExceeded): // a stream has ended; see interrupt
		_ = c.wire.SetReadDeadline(time.Time{})
	default:
		c.fail(plainEOF(err))
	}
	return err
}

// plainEOF returns an error as it is, and io.EOF for one that wraps it: TLS says
// more than that the server has ended the connection.
func plainEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return err
}

// probe processes what has come while no goroutine read: the server may have
// ended the connection. The caller holds mu.
func (c *http2Conn) probe() {
	c.reading = true
	c.wire.polls = true
	for c.err == nil {
		if err := c.readOnce(false); err != nil {
			break
		}
	}
	c.wire.polls = false
	c.reading, c.idleSince = false, now()
}
