package httpclient

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// A secured is a server's side of a connection over TLS, whose records leave
// together when it says so.
type secured struct {
	*tls.Conn
	below *corked
}

// say writes pieces, each in a record of its own, and all in one segment.
func (s secured) say(pieces ...string) {
	s.below.cork()
	for _, piece := range pieces {
		_, _ = io.WriteString(s, piece)
	}
	s.below.uncork(0)
}

// sayPart is say, but holds the last bytes back until they are let go.
func (s secured) sayPart(held int, pieces ...string) (let func()) {
	s.below.cork()
	for _, piece := range pieces {
		_, _ = io.WriteString(s, piece)
	}
	s.below.uncork(held)
	return func() { s.below.uncork(0) }
}

// A corked holds back what is written while it is corked.
type corked struct {
	net.Conn
	held    []byte
	holding bool
}

func (c *corked) Write(p []byte) (int, error) {
	if !c.holding {
		return c.Conn.Write(p)
	}
	c.held = append(c.held, p...)
	return len(p), nil
}

func (c *corked) cork() { c.holding = true }

// uncork writes what was held but for its last bytes.
func (c *corked) uncork(keep int) {
	now := c.held[:len(c.held)-keep]
	c.held = c.held[len(now):]
	c.holding = keep > 0
	_, _ = c.Conn.Write(now)
}

// certificate is the one of Go's own test server, which trusting trusts.
var certificate = sync.OnceValue(func() *httptest.Server {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.StartTLS()
	s.Close()
	return s
})

// serveRawTLS is serveRaw over TLS, and the configuration that trusts it.
func serveRawTLS(t testing.TB, version uint16, handle func(c secured)) (*rawServer, *tls.Config) {
	t.Helper()
	s := serveRaw(t, func(tcp *net.TCPConn) {
		below := &corked{Conn: tcp}
		c := tls.Server(below, &tls.Config{
			Certificates: certificate().TLS.Certificates,
			MinVersion:   version, MaxVersion: version, NextProtos: []string{"http/1.1"},
		})
		handle(secured{c, below})
	})
	s.url = "https://" + s.address
	return s, trusting(certificate())
}

// heard reads requests of a connection until there are no more, and hands them
// on by their number.
func heard(c io.Reader, answer func(number int)) {
	in := bufio.NewReader(c)
	for number := 0; hear(in); number++ {
		answer(number)
	}
}
