package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// responsePrefix is the start of every response.
const responsePrefix = "HTTP/1."

// probeAfter is how long the server waits after each byte of responsePrefix for
// a reset from a client that has closed its socket.
var probeAfter = [len(responsePrefix)]time.Duration{
	100 * time.Millisecond, 400 * time.Millisecond, 1600 * time.Millisecond,
	5 * time.Second, 10 * time.Second, 30 * time.Second, 60 * time.Second,
}

// withClientContext returns the request with a context that ends when the
// client no longer reads. net/http cancels a request's context when the client
// stops sending, but a client that has closed only its sending side still reads
// (RFC 9112, section 9.6). TCP tells the two apart only by a write: a closed
// socket answers with a reset, and the next write fails. So the server writes
// responsePrefix, byte by byte, before it knows the rest. The caller calls the
// function when the request is done.
func withClientContext(r *http.Request) (*http.Request, context.CancelFunc) {
	conn, _ := r.Context().Value(connectionKey{}).(*connection)
	if conn == nil {
		return r, func() {}
	}
	conn.resetPrefix()
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	stop := context.AfterFunc(r.Context(), func() { conn.probe(ctx, cancel) })
	return r.WithContext(ctx), func() { stop(); cancel() }
}

// probe calls gone when the client no longer reads. It returns then, after the
// last probe, or when ctx is done. A client that leaves after the last probe is
// noticed when the response is written.
func (c *connection) probe(ctx context.Context, gone func()) {
	for _, pause := range probeAfter {
		if err := c.writePrefixByte(); err != nil || c.readFailed.Load() {
			gone()
			return
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// resetPrefix marks the start of a request: nothing of its response is written.
func (c *connection) resetPrefix() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.prefixSent, c.responding = 0, false
}

// writePrefixByte writes the next byte of responsePrefix, unless the response
// has begun.
func (c *connection) writePrefixByte() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.responding || c.prefixSent == len(responsePrefix) {
		return nil
	}
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	n, err := c.Conn.Write([]byte{responsePrefix[c.prefixSent]})
	c.prefixSent += n
	return err
}

// Write writes a part of a response without the prefix that is written already.
// An interim 100 Continue is not the response.
func (c *connection) Write(part []byte) (int, error) {
	c.mu.Lock()
	ahead := 0
	if !c.responding {
		ahead, c.responding = min(c.prefixSent, len(part)), !bytes.HasPrefix(part, []byte("HTTP/1.1 100 "))
	}
	c.mu.Unlock()
	n, err := c.Conn.Write(part[ahead:])
	return ahead + n, err
}

// Read records an error other than the end of what the client sends: such a
// client no longer reads either.
func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.readFailed.Store(true)
	}
	return n, err
}
