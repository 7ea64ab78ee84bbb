package httpclient

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// largeBody does not fit the buffers of sockets.
var largeBody = strings.Repeat("0123456789abcdef", 8<<20/16)

// overTCPAndTLS runs a test against a server over TCP and one over TLS. over is
// closed when the test has ended.
func overTCPAndTLS(t *testing.T, handle func(c net.Conn, over <-chan struct{}),
	test func(t *testing.T, s *rawServer, c *Client)) {
	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		s := serveRaw(t, func(c *net.TCPConn) { handle(c, t.Context().Done()) })
		test(t, s, client(t, Options{KeepAlive: true}))
	})
	t.Run("TLS", func(t *testing.T) {
		t.Parallel()
		s, trust := serveRawTLS(t, 0, func(c tlsConn) { handle(c, t.Context().Done()) })
		test(t, s, client(t, Options{KeepAlive: true, TLS: trust}))
	})
}

// post sends a body and fails the test if that hangs.
func post(t *testing.T, c *Client, url string, header http.Header, body string) (Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	defer cancel()
	var a Response
	err := c.Do(ctx, prepare(t, c, "POST", url, header, body), 1024, &a)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("POST %s hangs: %v", url, err)
	}
	return a, err
}

// A server may respond before it has read the request, and stop reading.
func TestAnswerBeforeUploadEnds(t *testing.T) {
	const no = "HTTP/1.1 413 Enough\r\nContent-Length: 2\r\n\r\nno"
	for name, stays := range map[string]bool{"and listens no more": true, "and goes": false} {
		t.Run(name, func(t *testing.T) {
			overTCPAndTLS(t, func(c net.Conn, over <-chan struct{}) {
				_, _ = io.CopyN(io.Discard, c, 4096)
				_, _ = io.WriteString(c, no)
				if stays {
					<-over
				}
			}, func(t *testing.T, s *rawServer, c *Client) {
				for i := range 2 {
					a, err := post(t, c, s.url, nil, largeBody)
					wantResponse(t, fmt.Sprint("request ", i), a, err, 413, "no")
					if !a.Connected {
						t.Errorf("request %d reused a connection with an incomplete upload", i)
					}
					if a.Sent >= int64(len(largeBody)) {
						t.Errorf("request %d: %d bytes sent", i, a.Sent)
					}
				}
			})
		})
	}
}

// A server may send its response while it reads the request.
func TestAnswerWhileUploading(t *testing.T) {
	overTCPAndTLS(t, func(c net.Conn, _ <-chan struct{}) {
		for in := bufio.NewReader(c); ; {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 102 Working\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "+r.Header.Get("Content-Length")+"\r\n\r\n")
			if _, err := io.Copy(c, r.Body); err != nil {
				return
			}
		}
	}, func(t *testing.T, s *rawServer, c *Client) {
		for i := range 2 {
			a, err := post(t, c, s.url, nil, largeBody)
			wantResponse(t, fmt.Sprint("request ", i), a, err, 200, largeBody[:1024])
			if a.Length != int64(len(largeBody)) {
				t.Errorf("request %d: got %d bytes, want %d", i, a.Length, len(largeBody))
			}
			if a.Connected != (i == 0) {
				t.Errorf("request %d: connected: %v", i, a.Connected)
			}
		}
	})
}

// A body with Expect: 100-continue waits for the 100 response, and is not sent
// after a final one.
func TestExpectContinue(t *testing.T) {
	for name, test := range map[string]struct {
		answers string // after the head
		status  int
		sent    bool // whether the body is sent
		waits   bool // for the maximum time
	}{
		"go on": {"HTTP/1.1 100 Continue\r\n\r\n", 200, true, false},
		"early hints, go on": {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", 200, true,
			false},
		"nothing":             {"", 200, true, true},
		"early hints alone":   {"HTTP/1.1 103 Early Hints\r\n\r\n", 200, true, true},
		"too large":           {"HTTP/1.1 413 Enough\r\nContent-Length: 0\r\n\r\n", 413, false, false},
		"expectation failed":  {"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", 417, false, false},
		"an answer after all": {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			overTCPAndTLS(t, func(c net.Conn, _ <-chan struct{}) {
				in := bufio.NewReader(c)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					if in.Buffered() > 0 {
						t.Error("the body arrived with the head")
					}
					_, _ = io.WriteString(c, test.answers)
					if !test.sent {
						_, _ = io.Copy(io.Discard, in)
						return
					}
					if body, err := io.ReadAll(r.Body); err != nil || string(body) != "the body" {
						t.Errorf("the server got the body %q, error %v", body, err)
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			}, func(t *testing.T, s *rawServer, c *Client) {
				for i := range 2 {
					a, err := post(t, c, s.url, http.Header{"Expect": {"100-continue"}}, "the body")
					if err != nil || a.Status != test.status {
						t.Errorf("request %d: status %d, error %v", i, a.Status, err)
					}
					if want := i == 0 || !test.sent; a.Connected != want {
						t.Errorf("request %d: connected: %v", i, a.Connected)
					}
					if test.waits {
						break
					}
				}
			})
		})
	}
}

// A request whose context ends leaves no goroutine that writes.
func TestUploadStopsWithContext(t *testing.T) {
	overTCPAndTLS(t, func(c net.Conn, over <-chan struct{}) {
		_, _ = io.CopyN(io.Discard, c, 4096)
		<-over
	}, func(t *testing.T, s *rawServer, c *Client) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { waitUntil(t, "a connection", func() bool { return s.accepted.Load() > 0 }); cancel() }()
		var a Response
		if err := c.Do(ctx, prepare(t, c, "POST", s.url, nil, largeBody), 0, &a); !errors.Is(err, context.Canceled) {
			t.Errorf("got the error %v", err)
		}
	})
}
