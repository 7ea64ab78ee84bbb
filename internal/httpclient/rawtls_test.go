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

// A tlsConn is a server's side of a TLS connection that controls which records
// share a segment.
type tlsConn struct {
	*tls.Conn
	below *corkedConn
}

// writeRecords writes each piece as a record, all in one segment.
func (s tlsConn) writeRecords(pieces ...string) {
	s.below.cork()
	for _, piece := range pieces {
		_, _ = io.WriteString(s, piece)
	}
	s.below.uncork(0)
}

// writeRecordsExcept is writeRecords, but holds back the last bytes until the
// returned function is called.
func (s tlsConn) writeRecordsExcept(held int, pieces ...string) (let func()) {
	s.below.cork()
	for _, piece := range pieces {
		_, _ = io.WriteString(s, piece)
	}
	s.below.uncork(held)
	return func() { s.below.uncork(0) }
}

// A corkedConn holds back writes while it is corked.
type corkedConn struct {
	net.Conn
	held    []byte
	holding bool
}

func (c *corkedConn) Write(p []byte) (int, error) {
	if !c.holding {
		return c.Conn.Write(p)
	}
	c.held = append(c.held, p...)
	return len(p), nil
}

func (c *corkedConn) cork() { c.holding = true }

// uncork writes what was held back, except for its last bytes.
func (c *corkedConn) uncork(keep int) {
	now := c.held[:len(c.held)-keep]
	c.held = c.held[len(now):]
	c.holding = keep > 0
	_, _ = c.Conn.Write(now)
}

// certificate is that of Go's test server, which trustedBy trusts.
var certificate = sync.OnceValue(func() *httptest.Server {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.StartTLS()
	s.Close()
	return s
})

// serveRawTLS is serveRaw over TLS. It also returns the configuration that
// trusts it.
func serveRawTLS(t testing.TB, version uint16, handle func(c tlsConn)) (*rawServer, *tls.Config) {
	t.Helper()
	s := serveRaw(t, func(tcp *net.TCPConn) {
		below := &corkedConn{Conn: tcp}
		c := tls.Server(below, &tls.Config{
			Certificates: certificate().TLS.Certificates,
			MinVersion:   version, MaxVersion: version, NextProtos: []string{"http/1.1"},
		})
		handle(tlsConn{c, below})
	})
	s.url = "https://" + s.address
	return s, trustedBy(certificate())
}

// relayTLS serves over TLS what a server says without.
func relayTLS(t testing.TB, s *rawServer) (url string, trust *tls.Config) {
	t.Helper()
	relay, trust := serveRawTLS(t, tls.VersionTLS13, func(c tlsConn) {
		to, err := net.Dial("tcp", s.address)
		if err != nil {
			return
		}
		defer to.Close()
		go func() {
			_, _ = io.Copy(to, c)
			_ = to.(*net.TCPConn).CloseWrite()
		}()
		if _, err := io.Copy(c, to); err != nil {
			reset(c.below.Conn.(*net.TCPConn))
			return
		}
		_ = c.Close()
	})
	return relay.url, trust
}

// countRequests reads the requests of a connection and calls answer with the
// number of each.
func countRequests(c io.Reader, answer func(number int)) {
	in := bufio.NewReader(c)
	for number := 0; readRequest(in); number++ {
		answer(number)
	}
}
