package httpclient

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/aurea-orchestrator/aurea/internal/hpack"
)

// An http2Conn is an HTTP/2 connection (RFC 9113), which many goroutines use at
// once. It has no goroutine of its own while it is used: one of those that wait
// for a response reads for all, and hands that on when its own response is
// there. So a connection with one request at a time costs a write and a read.
type http2Conn struct {
	pooled http2Pooled // guarded by the pool

	wire   *http2Wire
	stream net.Conn // TLS on wire, or wire

	accepts atomic.Bool   // the connection takes further requests
	allowed atomic.Uint32 // streams that the server allows at once
	heard   atomic.Int64  // when the server sent something last, on the clock of now

	mu       sync.Mutex // guards what follows; in is the reader's
	in       reader
	err      error // why the connection has ended
	settled  bool  // the server's first settings are there
	closing  bool  // the server takes no further streams
	maxList  int64 // size of the fields that the server takes in a request; 0 if it did not say
	streams  http2Streams
	lastDone <-chan struct{} // Done of the latest context

	// Reading.
	reading   bool          // a goroutine reads for all
	idleSince time.Duration // when the last one stopped
	silent    time.Duration // since when nothing has come although somebody reads
	ended     int           // streams that ended by the last read
	data      http2Data
	head      http2Head
	decoder   *hpack.Decoder
	received  int64 // bytes of bodies since the last update of the connection's window

	// Writing.
	pending  []byte // frames to be sent
	flushing bool   // a goroutine is about to send them
	unsent   int    // requests in progress that are pending
	sentID   uint32 // the last stream that is not pending
	encoder  hpack.Encoder
	repeated *http2Fields // whose block is known
	block    []byte       // of repeated
	uploads  http2Uploads

	// Timing.
	timer  *time.Timer
	timing time.Duration // when the timer fires
	pinged bool          // a ping waits for its answer
	pingAt time.Duration // when it was sent
}

// The windows for what the server sends, as net/http has them.
const (
	streamWindow = 4 << 20
	connWindow   = 1 << 30
)

const (
	frameHeader = 9         // bytes (RFC 9113, 4.1)
	maxFrame    = 16 << 10  // bytes of a frame's content, which the server must not exceed
	maxBacklog  = 1 << 20   // bytes of answers to the server's frames that it does not read
	smallWindow = 1<<16 - 1 // of a stream and the connection, unless settings say otherwise
	maxWindow   = 1<<31 - 1
)

// probeAfter is how long a connection must have been idle to be looked at
// before it is used: the server may have closed it.
const probeAfter = time.Millisecond

// newHTTP2Conn returns the connection of a socket, through TLS if secured is
// not nil. The caller must call begin.
func newHTTP2Conn(wire *http2Wire, secured *tls.Conn) *http2Conn {
	c := &http2Conn{wire: wire, stream: wire, decoder: hpack.NewDecoder()}
	if secured != nil {
		c.stream = secured
	}
	c.in = newReader(c.stream)
	c.allowed.Store(maxStreams)
	c.uploads.window, c.uploads.initial, c.uploads.frame = smallWindow, smallWindow, maxFrame
	c.silent = now()
	c.heard.Store(int64(c.silent))
	c.idleSince = c.silent
	return c
}

// maxStreams is how many streams are used at once if the server names no limit.
const maxStreams = 1 << 20

// begin sends the client's settings and waits for the server's, which limit the
// requests: one that came before might be refused. A deadline of the socket
// ends it.
func (c *http2Conn) begin() error {
	c.wire.queue(c.resume)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timing = now() + pingAfter
	c.timer = time.AfterFunc(pingAfter, c.tick)
	c.reading = true
	c.pending = append(c.pending, http2.ClientPreface...)
	c.appendSettings()
	for c.err == nil && !c.settled {
		err := c.readOnce(false)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			c.reading = false
			c.fail(err)
			return err
		}
	}
	c.reading, c.idleSince = false, now()
	if c.err != nil {
		c.dropInput()
		return errNoHTTP2
	}
	c.accepts.Store(!c.closing)
	c.writePending()
	return nil
}

// exchange sends a request and waits for its response. It returns errUnsent if
// the connection accepts no more.
func (c *http2Conn) exchange(ctx context.Context, r *Request, keep int, maxBody int64, a *Response) error {
	c.mu.Lock()
	if !c.reading && now()-c.idleSince > probeAfter {
		c.probe()
	}
	if err := c.check(ctx, r); err != nil {
		c.handOver()
		c.mu.Unlock()
		return err
	}
	start := now()
	s := c.open(ctx, r, keep, maxBody, a, start)
	leads, flushes := !c.reading, !c.flushing
	if leads {
		c.reading, s.leads, c.silent = true, true, start
	}
	c.flushing = true
	together := len(c.streams.active) > 1 || c.ended > 1
	c.mu.Unlock()
	if together && (flushes || leads) {
		runtime.Gosched() // what others are about to send is sent with this
	}
	switch {
	case leads:
		c.lead(s)
	case flushes:
		c.flush()
		c.await(s)
	default:
		c.await(s)
	}
	return c.finish(ctx, s, start)
}

// check returns why a request cannot be sent; nil if it can. The caller holds
// mu.
func (c *http2Conn) check(ctx context.Context, r *Request) error {
	switch {
	case ctx.Err() != nil: // afterwards the watch of the stream notices it
		return ctx.Err()
	case c.err != nil || c.closing:
		return errUnsent
	case c.maxList > 0 && int64(r.http2.size+r.http2.ownSize) > c.maxList:
		return failf(ClassProtocol, "the request's head has %d bytes, and the server takes at most %d",
			r.http2.size+r.http2.ownSize, c.maxList)
	}
	return nil
}

// open begins a stream and queues its request. The caller holds mu.
func (c *http2Conn) open(
	ctx context.Context, r *Request, keep int, maxBody int64, a *Response, start time.Duration,
) *http2Stream {
	s, id := c.streams.open()
	s.begin(id, r, keep, maxBody, a)
	if deadline, limited := ctx.Deadline(); limited {
		s.limited, s.deadline = true, deadline.Sub(epoch)
		c.wakeBy(s.deadline)
	}
	c.streams.add(s)
	if c.streams.exhausted() {
		c.refuseFurther()
	}
	c.unsent++
	c.appendRequest(s, start)
	c.watch(ctx, s)
	return s
}

// await waits until the response is there, or the owner has to read for all.
func (c *http2Conn) await(s *http2Stream) {
	<-s.wake
	c.mu.Lock()
	leads := s.leads
	c.mu.Unlock()
	if leads {
		runtime.Gosched() // those whose responses have come queue their next requests first
		c.lead(s)
	}
}

// finish completes the response and gives the stream back. It returns the error
// of the exchange.
func (c *http2Conn) finish(ctx context.Context, s *http2Stream, start time.Duration) error {
	phases, err := &s.response.Phases, s.err
	switch {
	case !s.headRead:
		phases.FirstByte = now() - start
	case err != nil:
		s.end = now()
		fallthrough
	default:
		phases.FirstByte, phases.Body = s.first-start, s.end-s.first
		if s.last > 0 {
			phases.LastByte = s.last - start
		}
	}
	c.mu.Lock()
	if done := ctx.Done(); done != c.lastDone {
		c.lastDone = done
		c.stopWatching(s)
	}
	c.streams.giveBack(s)
	c.mu.Unlock()
	return err
}

// interrupt ends the current read, which has no deadline otherwise. The caller
// holds mu.
func (c *http2Conn) interrupt() { _ = c.wire.SetReadDeadline(time.Unix(1, 0)) }

// end ends a stream with its response, or with an error. The caller holds mu.
func (c *http2Conn) end(s *http2Stream, err error) {
	s.done, s.err = true, err
	if s.id > c.sentID {
		c.unsent--
	}
	c.uploads.drop(s)
	if c.data.stream == s {
		c.data.stream = nil
	}
	c.streams.remove(s)
	c.ended++
	if !s.leads {
		s.wake <- struct{}{}
	}
}

// abandon ends a stream that the server still works on. The caller holds mu.
func (c *http2Conn) abandon(s *http2Stream, code http2.ErrCode, err error) {
	c.appendReset(s.id, code)
	if s.leads {
		c.interrupt()
	}
	c.end(s, err)
}

// refuseFurther makes the connection accept no more requests.
func (c *http2Conn) refuseFurther() {
	c.closing = true
	c.accepts.Store(false)
}

// fail ends the connection and all its streams. The caller holds mu.
func (c *http2Conn) fail(err error) {
	if c.err != nil {
		return
	}
	c.err = err
	c.accepts.Store(false)
	if c.timer != nil {
		c.timer.Stop()
	}
	var against *protocolError
	if errors.As(err, &against) {
		c.appendGoAway(against.code)
	}
	for len(c.streams.active) > 0 {
		c.end(c.streams.active[len(c.streams.active)-1], err)
	}
	c.queuePending()
	_ = c.stream.Close()
	if !c.reading {
		c.dropInput()
	}
}

// hasEnded reports whether the connection has ended.
func (c *http2Conn) hasEnded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err != nil
}

// close ends the connection. Nobody must use it.
func (c *http2Conn) close() {
	c.accepts.Store(false)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.appendGoAway(http2.ErrCodeNo)
		c.fail(net.ErrClosed)
	}
}

// appendFrame appends a frame's header (RFC 9113, 4.1).
func appendFrame(dst []byte, length int, kind http2.FrameType, flags http2.Flags, id uint32) []byte {
	dst = append(dst, byte(length>>16), byte(length>>8), byte(length), byte(kind), byte(flags))
	return binary.BigEndian.AppendUint32(dst, id)
}
