package httpclient

import (
	"crypto/tls"
	"net"
	"syscall"
	"time"
)

// maxIdle is how long a connection may have been idle to be used again: one
// that a middlebox has forgotten by then swallows the request.
const maxIdle = 90 * time.Second

// A conn is a connection, which one request at a time has for itself.
type conn struct {
	tcp    *net.TCPConn
	raw    syscall.RawConn // of tcp
	stream net.Conn        // tcp, or TLS on it
	secure *secureStream   // nil without TLS
	guard  ctxGuard
	in     reader

	used      bool // it has served a request
	broken    bool // it has failed to
	first     [1]byte
	idleSince time.Duration

	// Of the exchange under way.
	wire   []byte
	sent   int
	bodyAt int           // where the body begins if it waits for an answer 100, or 0
	began  time.Duration // the writing
	upload *upload
	syscallExchange
}

func newConn(tcp *net.TCPConn) (*conn, error) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil, err
	}
	c := &conn{tcp: tcp, raw: raw, stream: tcp, guard: ctxGuard{conn: tcp}, in: newReader(tcp)}
	c.init(c)
	return c, nil
}

// use has TLS on the socket read and written from now on.
func (c *conn) use(secured *tls.Conn, below *recordConn) {
	c.secure = &secureStream{secured, below}
	c.stream, c.in.src = secured, c.secure
}

// close ends the connection. The end of TLS is announced, which may wait for the
// other side, only where that has behaved.
func (c *conn) close() {
	c.guard.leave(false)
	c.in.free()
	if c.broken {
		_ = c.tcp.Close()
		return
	}
	_ = c.stream.Close()
}

// exchange sends a request and reads the answer. It reports whether the
// connection may serve another. Its error is errStale when nothing was sent,
// because the connection had ended before.
func (c *conn) exchange(r *Request, keep int, most int64, a *Response) (again bool, err error) {
	c.in.begin()
	c.wire, c.sent, c.bodyAt = r.wire, 0, r.bodyAt
	err = c.send()
	first := now()
	if err == nil {
		a.Phases.FirstByte = first - c.began
		again, err = responseReader{in: &c.in, to: a, keep: keep, most: most, upload: c.upload}.read(r.toHEAD)
		c.idleSince = now()
		a.Phases.Body = c.idleSince - first
	}
	c.endUpload()
	c.in.end()
	whole := c.sent == len(c.wire)
	c.broken = !whole
	c.wire, c.used = nil, true
	a.Sent += int64(c.sent)
	a.Received += c.in.total
	return again && whole, err
}

// send writes the request and reads the first bytes of the answer. What it has
// not written by then is under way as an upload.
func (c *conn) send() error {
	if c.used && now()-c.idleSince > maxIdle {
		return errStale
	}
	if c.secure != nil {
		return c.sendSecure()
	}
	return c.sendPlain()
}

// sendSecure sends over TLS.
func (c *conn) sendSecure() error {
	if c.used && !c.secure.quiet(c.first[:]) {
		return errStale
	}
	c.began = now()
	return c.sendRest(smallRequest)
}

// sendRest writes what is not yet written, and waits for the first bytes of the
// answer. Up to some bytes may be written before that.
func (c *conn) sendRest(before int) error {
	expects := c.bodyAt > 0
	if expects {
		c.write(c.wire[c.sent:c.bodyAt])
	} else if len(c.wire)-c.sent <= before {
		c.write(c.wire[c.sent:])
	}
	if rest := c.wire[c.sent:]; len(rest) > 0 {
		c.upload = startUpload(c.stream, rest, expects)
	}
	return c.in.fill()
}

// write writes to the stream. Why it fails is met by the reader, too.
func (c *conn) write(p []byte) {
	n, _ := c.stream.Write(p)
	c.sent += n
}

func (c *conn) endUpload() {
	c.sent += c.upload.end(&c.guard)
	c.upload = nil
}

// stale is the error of a connection that had ended when it was to be used.
type stale struct{}

func (stale) Error() string { return "the connection had ended before" }

var errStale error = stale{}
