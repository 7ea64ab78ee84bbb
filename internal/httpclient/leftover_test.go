package httpclient

import (
	"crypto/tls"
	"io"
	"strings"
	"testing"
)

const (
	good = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
	evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
)

// paddedAnswer returns a valid answer with a header that makes it n bytes long.
func paddedAnswer(n int) string {
	head, body, _ := strings.Cut(good, "\r\n\r\n")
	return head + "\r\nX: " + strings.Repeat("x", n-len(good)-len("\r\nX: ")) + "\r\n\r\n" + body
}

// leftovers are answers over TLS with bytes after a response. If say returns a
// function, that says the rest.
var leftovers = map[string]struct {
	say  func(c tlsConn) (more func())
	body string
}{
	"a second answer in its own record": {func(c tlsConn) func() { c.writeRecords(good, evil); return nil },
		"good"},
	"a second answer in the same record": {func(c tlsConn) func() { c.writeRecords(good + evil); return nil },
		"good"},
	"behind a full buffer": {func(c tlsConn) func() {
		c.writeRecords(paddedAnswer(smallBuffer) + evil)
		return nil
	}, "good"},
	"behind a full buffer, in a record": {func(c tlsConn) func() {
		c.writeRecords(paddedAnswer(smallBuffer), evil)
		return nil
	}, "good"},
	"a 204 with a body in its record": {func(c tlsConn) func() {
		c.writeRecords("HTTP/1.1 204 None\r\nContent-Length: 44\r\n\r\n", evil)
		return nil
	}, ""},
	"a 304 with a body in its record": {func(c tlsConn) func() {
		c.writeRecords("HTTP/1.1 304 None\r\nContent-Length: 44\r\n\r\n", evil)
		return nil
	}, ""},
	"half of a record": {func(c tlsConn) func() { return c.writeRecordsExcept(20, good, evil) }, "good"},
	"the beginning of a record": {func(c tlsConn) func() {
		return c.writeRecordsExcept(len(evil)+22-3, good, evil)
	}, "good"},
	"all but the head of a record": {func(c tlsConn) func() {
		return c.writeRecordsExcept(len(evil)+22-5, good, evil)
	}, "good"},
	"a segment of its own": {func(c tlsConn) func() { c.writeRecords(good); c.writeRecords(evil); return nil },
		"good"},
	"an empty chunk too many": {func(c tlsConn) func() {
		c.writeRecords("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n", evil)
		return nil
	}, "good"},
}

// Bytes after a response over TLS are never the next response, wherever they
// wait: decrypted, in a record that was read ahead, in half a record, or in the
// socket. The connection is not reused.
func TestLeftoverOverTLSIsDiscarded(t *testing.T) {
	for name, test := range leftovers {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+" of "+tls.VersionName(version), func(t *testing.T) {
				t.Parallel()
				written := make(chan struct{}, 3) // responses with their leftovers
				s, trust := serveRawTLS(t, version, func(c tlsConn) {
					var more func()
					countRequests(c, func(number int) {
						if number == 0 {
							more = test.say(c)
							written <- struct{}{}
						} else if more != nil {
							more()
						}
					})
				})
				c := client(t, Options{KeepAlive: true, TLS: trust})
				for i := range 3 {
					a, err := get(t, c, s.url)
					if err != nil || string(a.Body) != test.body {
						t.Errorf("request %d: got %q and the error %v", i, a.Body, err)
					}
					if !a.Connected {
						t.Fatalf("request %d reused a connection with waiting input", i)
					}
					<-written // or the next request may be sent before the leftover
				}
			})
		}
	}
}

// A TLS connection without waiting input is reused, in whatever records its
// responses arrived.
func TestQuietConnectionOverTLSIsReused(t *testing.T) {
	for name, pieces := range map[string][]string{
		"one record":      {good},
		"many records":    strings.SplitAfter(good, ""),
		"a full buffer":   {paddedAnswer(smallBuffer)},
		"longer than one": {paddedAnswer(20_000)},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+" of "+tls.VersionName(version), func(t *testing.T) {
				t.Parallel()
				s, trust := serveRawTLS(t, version,
					func(c tlsConn) { countRequests(c, func(int) { c.writeRecords(pieces...) }) })
				c := client(t, Options{KeepAlive: true, TLS: trust})
				for i := range 3 {
					a := mustGet(t, c, s.url)
					if string(a.Body) != "good" {
						t.Errorf("request %d: got %q", i, a.Body)
					}
					if a.Connected != (i == 0) {
						t.Errorf("request %d: connected: %v", i, a.Connected)
					}
				}
			})
		}
	}
}

// Over TLS a body that ends with the connection is complete only if the server
// ended TLS (RFC 9112, 9.8). Other bodies have a length.
func TestBodyTruncatedBelowTLS(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		class  string // if TLS was not ended
	}{
		"ends with the connection": {"HTTP/1.1 200 OK\r\n\r\ngood", ClassBody},
		"empty":                    {"HTTP/1.1 200 OK\r\n\r\n", ClassBody},
		"has a length":             {good, ""},
		"has chunks":               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n", ""},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+" of "+tls.VersionName(version), func(t *testing.T) {
				t.Parallel()
				for _, ended := range []bool{true, false} {
					s, trust := serveRawTLS(t, version, func(c tlsConn) {
						countRequests(c, func(int) {
							_, _ = io.WriteString(c, test.answer)
							if ended {
								_ = c.Close()
							}
							_ = c.below.Close()
						})
					})
					_, err := get(t, client(t, Options{KeepAlive: true, TLS: trust}), s.url)
					if test.class == "" || ended {
						if err != nil {
							t.Errorf("TLS ended: %v: %v", ended, err)
						}
						continue
					}
					wantClass(t, err, test.class, "unexpected EOF")
				}
			})
		}
	}
}
