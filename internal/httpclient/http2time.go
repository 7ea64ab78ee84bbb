package httpclient

import (
	"context"
	"time"

	"golang.org/x/net/http2"
)

// A silent connection is sent a ping after pingAfter, and closed if the server
// does not answer within pingTimeout. gRPC servers treat three pings without
// other traffic as an attack, so pings must be rare.
const (
	pingAfter   = 5 * time.Second
	pingTimeout = 5 * time.Second
)

// watchAfter is how long a connection is idle before a goroutine reads from it,
// to answer pings and to notice its end.
const watchAfter = time.Second

// tick does what is due: it ends streams that are late, sends pings and watches
// an idle connection. One timer serves all streams. It fires at the earliest
// deadline that it knew, so a request usually has no timer to set.
func (c *http2Conn) tick() {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	moment := now()
	next := moment + pingAfter
	for i := len(c.streams.active) - 1; i >= 0; i-- { // ending one moves only a later one
		s := c.streams.active[i]
		switch {
		case s.limited && s.deadline <= moment:
			c.abandon(s, http2.ErrCodeCancel, context.DeadlineExceeded)
			continue
		case s.limited:
			next = min(next, s.deadline)
		}
		if s.waits && s.proceedAt <= moment {
			c.proceed(s)
		} else if s.waits {
			next = min(next, s.proceedAt)
		}
	}
	watches := false
	if c.reading {
		next = min(next, c.checkSilence(moment))
	} else if moment-c.idleSince >= watchAfter {
		watches, c.reading, c.silent = true, true, moment
	} else {
		next = min(next, c.idleSince+watchAfter)
	}
	if c.err == nil {
		c.timing = next
		c.timer.Reset(next - moment)
		c.writePending()
	}
	c.mu.Unlock()
	if watches {
		c.lead(nil)
	}
}

// checkSilence sends a ping, or ends a connection that did not answer one. It
// returns when to look again. The caller holds mu.
func (c *http2Conn) checkSilence(moment time.Duration) (next time.Duration) {
	switch {
	case c.pinged && moment-c.pingAt >= pingTimeout:
		c.fail(errLost)
		return moment
	case c.pinged:
		return c.pingAt + pingTimeout
	case moment-c.silent < pingAfter:
		return c.silent + pingAfter
	}
	c.appendPing(0, make([]byte, 8))
	c.pinged, c.pingAt = true, moment
	return moment + pingTimeout
}

// wakeBy makes the timer fire at a moment at the latest. The caller holds mu.
func (c *http2Conn) wakeBy(moment time.Duration) {
	if moment < c.timing {
		c.timing = moment
		c.timer.Reset(moment - now())
	}
}

// watch makes the end of a context end a stream. Watching allocates, so a
// stream keeps watching a context that several requests share. The caller holds
// mu.
func (c *http2Conn) watch(ctx context.Context, s *http2Stream) {
	done := ctx.Done()
	if done != s.watched {
		c.stopWatching(s)
		if done != nil {
			s.watched, s.unwatch = done, context.AfterFunc(ctx, func() { c.cancel(ctx, s) })
		}
	}
}

// stopWatching watches no context for a stream. The caller holds mu.
func (c *http2Conn) stopWatching(s *http2Stream) {
	if s.unwatch != nil {
		s.unwatch()
	}
	s.watched, s.unwatch = nil, nil
}

// cancel ends the request of a stream whose context is done, unless it has
// another one by now.
func (c *http2Conn) cancel(ctx context.Context, s *http2Stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.watched == ctx.Done() && c.streams.find(s.id) == s {
		c.abandon(s, http2.ErrCodeCancel, ctx.Err())
		c.writePending()
	}
}

// silentSince reports whether the server has sent nothing since a moment.
func (c *http2Conn) silentSince(moment time.Duration) bool {
	return time.Duration(c.heard.Load()) < moment
}
