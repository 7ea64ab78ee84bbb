package httpclient

import (
	"slices"
	"time"

	"golang.org/x/net/http2"
)

// http2Uploads are the bodies that a connection sends, and the windows that
// limit them (RFC 9113, 5.2).
type http2Uploads struct {
	window  int64          // bytes that the server takes over the connection
	initial int64          // bytes that it takes of a new stream
	frame   int            // bytes that it takes in a frame
	bodies  int            // streams whose body is not sent completely
	queue   []*http2Stream // that may send more, in turns
}

// empty reports whether no body is being sent.
func (u *http2Uploads) empty() bool { return u.bodies == 0 }

// ready reports whether the windows let a body continue.
func (u *http2Uploads) ready() bool { return len(u.queue) > 0 && u.window > 0 }

// beginUpload queues the body of a request. The caller holds mu.
func (c *http2Conn) beginUpload(s *http2Stream, start time.Duration) {
	s.window = c.uploads.initial
	if len(s.rest) == 0 {
		return
	}
	c.uploads.bodies++
	if s.request.http2.expects {
		s.waits, s.proceedAt = true, start+expectFor
		c.wakeBy(s.proceedAt)
		return
	}
	c.uploads.push(s)
}

// push queues a stream that may send more.
func (u *http2Uploads) push(s *http2Stream) {
	if len(s.rest) > 0 && !s.waits && !s.uploading && s.window > 0 {
		s.uploading = true
		u.queue = append(u.queue, s)
	}
}

// drop forgets the rest of a stream's body.
func (u *http2Uploads) drop(s *http2Stream) {
	if len(s.rest) == 0 {
		return
	}
	s.rest = nil
	u.bodies--
	if s.uploading {
		u.queue = slices.DeleteFunc(u.queue, func(other *http2Stream) bool { return other == s })
	}
}

// proceed sends a body that has waited for a 100 response. The caller holds mu.
func (c *http2Conn) proceed(s *http2Stream) {
	if s.waits {
		s.waits = false
		c.uploads.push(s)
	}
}

// pump queues frames of bodies, one of each stream in turns, as far as the
// windows and the socket take them. The caller holds mu.
func (c *http2Conn) pump() {
	if !c.uploads.ready() {
		return
	}
	if _, full := c.wire.backlog(); full {
		return // resume continues
	}
	for c.uploads.ready() && len(c.pending) < maxPending {
		s := c.uploads.queue[0]
		c.uploads.queue = c.uploads.queue[:copy(c.uploads.queue, c.uploads.queue[1:])]
		s.uploading = false
		n := min(len(s.rest), c.uploads.frame, int(c.uploads.window), int(s.window))
		part, flags := s.rest[:n], http2.Flags(0)
		s.rest = s.rest[n:]
		s.window -= int64(n)
		c.uploads.window -= int64(n)
		if len(s.rest) == 0 {
			c.uploads.bodies--
			flags = http2.FlagDataEndStream
		}
		c.pending = append(appendFrame(c.pending, n, http2.FrameData, flags, s.id), part...)
		s.response.Sent += int64(frameHeader + n)
		c.uploads.push(s)
	}
}

// extend applies an update of a window (RFC 9113, 6.9). The caller holds mu.
func (c *http2Conn) extend(id uint32, n int64) error {
	if id == 0 {
		if n == 0 || n > maxWindow-c.uploads.window {
			return violation(http2.ErrCodeFlowControl, "the server extends the connection's window by %d bytes", n)
		}
		c.uploads.window += n
		return nil
	}
	s := c.streams.find(id)
	switch {
	case s == nil:
		return c.checkClosed(id)
	case n == 0 || n > maxWindow-s.window:
		c.abandon(s, http2.ErrCodeFlowControl, violation(http2.ErrCodeFlowControl,
			"the server extends the window of a stream by %d bytes", n))
	default:
		s.window += n
		c.uploads.push(s)
	}
	return nil
}

// resize applies a new initial window to all streams (RFC 9113, 6.9.2). The
// caller holds mu.
func (c *http2Conn) resize(initial int64) error {
	change := initial - c.uploads.initial
	c.uploads.initial = initial
	for _, s := range c.streams.active {
		if s.window > maxWindow-change {
			return violation(http2.ErrCodeFlowControl, "the server's settings make the window of a stream too large")
		}
		s.window += change
		c.uploads.push(s)
	}
	return nil
}
