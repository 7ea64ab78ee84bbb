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

// answerBegins is how every answer begins, whatever it will be.
const answerBegins = "HTTP/1."

// probeAfter is how long the server waits after each byte of answerBegins for the
// word of the client's system that nobody reads it.
var probeAfter = [len(answerBegins)]time.Duration{
	100 * time.Millisecond, 400 * time.Millisecond, 1600 * time.Millisecond, 5 * time.Second, 10 * time.Second, 30 * time.Second, 60 * time.Second,
}

// tillGone has a request's context outlive the end of what its client sends.
// net/http cancels the context at that end; but a client that has closed only
// its sending side still reads (RFC 9112, section 9.6). TCP tells the two apart
// only when something is sent: a system answers for a closed socket with a
// reset, and the next write fails. What can be sent before the answer is known
// is the beginning that all answers share.
func tillGone(r *http.Request) (*http.Request, context.CancelFunc) {
	conn, _ := r.Context().Value(connectionKey{}).(*connection)
	if conn == nil {
		return r, func() {}
	}
	conn.awaitAnswer()
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	stop := context.AfterFunc(r.Context(), func() { conn.probe(ctx, cancel) })
	return r.WithContext(ctx), func() { stop(); cancel() }
}

// probe calls gone when the client does not read any more, and returns when it
// is known to, or ctx is done. After the last probe, a client that leaves is
// noticed when the answer is written.
func (c *connection) probe(ctx context.Context, gone func()) {
	for _, pause := range probeAfter {
		if err := c.begin(); err != nil || c.broken.Load() {
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

// awaitAnswer notes that the answers before are written, and the next is not.
func (c *connection) awaitAnswer() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent, c.answering = 0, false
}

// begin writes the next byte of an answer that has not begun.
func (c *connection) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answering || c.sent == len(answerBegins) {
		return nil
	}
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	n, err := c.Conn.Write([]byte{answerBegins[c.sent]})
	c.sent += n
	return err
}

// Write leaves out what begin has written of an answer. The leave to send a body
// is no answer.
func (c *connection) Write(part []byte) (int, error) {
	c.mu.Lock()
	ahead := 0
	if !c.answering {
		ahead, c.answering = min(c.sent, len(part)), !bytes.HasPrefix(part, []byte("HTTP/1.1 100 "))
	}
	c.mu.Unlock()
	n, err := c.Conn.Write(part[ahead:])
	return ahead + n, err
}

// Read notes an error that is not the end of what the client sends: nobody reads
// any more either.
func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.broken.Store(true)
	}
	return n, err
}
