package httpclient

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

// A connection that the server closed while idle is detected before anything is
// sent, for any method.
func TestStaleConnectionIsDetected(t *testing.T) {
	closed := make(chan struct{}, 10)
	s := serveRaw(t, func(c *net.TCPConn) {
		defer func() { _ = c.Close(); closed <- struct{}{} }()
		serveText("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")(c)
	})
	c := client(t, Options{KeepAlive: true})
	for i := range 5 {
		var a Response
		if err := c.Do(t.Context(), prepare(t, c, "POST", s.url, nil, "x"), 10, &a); err != nil || !a.Connected {
			t.Fatalf("request %d: error %v, connected: %v", i, err, a.Connected)
		}
		<-closed
	}
	if s.accepted.Load() != 5 {
		t.Errorf("%d connections, want 5", s.accepted.Load())
	}
}

// If a reused connection ends during the request, it is unknown whether the
// server processed it. The request is sent again if that is safe.
func TestStaleConnectionIsReplaced(t *testing.T) {
	for method, want := range map[string]bool{
		"GET": true, "HEAD": true, "PUT": true, "DELETE": true, "OPTIONS": true,
		"POST": false, "PATCH": false,
	} {
		t.Run(method, func(t *testing.T) {
			var heard atomic.Int64
			s := serveRaw(t, func(c *net.TCPConn) {
				in := bufio.NewReader(c)
				for readRequest(in) {
					if heard.Add(1) == 2 {
						return
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			})
			c := client(t, Options{KeepAlive: true})
			r := prepare(t, c, method, s.url, nil, "")
			var a Response
			if err := c.Do(t.Context(), r, 0, &a); err != nil {
				t.Fatal(err)
			}
			err := c.Do(t.Context(), r, 0, &a)
			requests := int64(2)
			if want {
				requests = 3
				if err != nil || !a.Connected {
					t.Errorf("error %v, connected: %v; want a new connection", err, a.Connected)
				}
			} else {
				wantClass(t, err, ClassReset, "waiting for the answer")
			}
			if got := heard.Load(); got != requests {
				t.Errorf("%d requests arrived, want %d", got, requests)
			}
		})
	}
}

// A request is retried only once, although the server closes the connection on
// every second request.
func TestRetriedOnce(t *testing.T) {
	var heard atomic.Int64
	s := serveRaw(t, func(c *net.TCPConn) {
		if in := bufio.NewReader(c); readRequest(in) && heard.Add(1) == 1 {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			if readRequest(in) {
				heard.Add(1)
			}
		}
	})
	c := client(t, Options{KeepAlive: true})
	mustGet(t, c, s.url)
	_, err := get(t, c, s.url)
	wantClass(t, err, ClassReset, "waiting for the answer")
	if heard.Load() != 3 {
		t.Errorf("%d requests arrived, want 3", heard.Load())
	}
}

// Data that a server sends between two requests is not read as the next
// response.
func TestUnrequestedDataIsDiscarded(t *testing.T) {
	said := make(chan struct{}, 1)
	ask := make(chan struct{})
	s := serveRaw(t, func(c *net.TCPConn) {
		serveText("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")(c)
		<-ask
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
		said <- struct{}{}
		_, _ = io.Copy(io.Discard, c)
	})
	c := client(t, Options{KeepAlive: true})
	mustGet(t, c, s.url)
	ask <- struct{}{}
	<-said
	if a := mustGet(t, c, s.url); string(a.Body) != "good" || !a.Connected {
		t.Errorf("got %q, connected: %v", a.Body, a.Connected)
	}
	close(ask)
}

// A server may respond and close before it has read the request.
func TestServerThatStopsReading(t *testing.T) {
	s := serveRaw(t, func(c *net.TCPConn) {
		_, _ = io.WriteString(c, "HTTP/1.1 413 Enough\r\nContent-Length: 2\r\n\r\nno")
		_ = c.CloseWrite()
		_, _ = io.CopyN(io.Discard, c, 100_000)
		reset(c)
	})
	c := client(t, Options{KeepAlive: true})
	r := prepare(t, c, "POST", s.url, nil, strings.Repeat("x", 32<<20))
	var a Response
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	defer cancel()
	err := c.Do(ctx, r, 10, &a)
	if err == nil {
		wantResponse(t, "POST", a, nil, 413, "no")
	} else {
		wantClass(t, err, ClassReset, "waiting for the answer") // the RST may overtake the response
	}
	if a.Sent >= int64(len(r.wire)) {
		t.Errorf("%d bytes sent of %d", a.Sent, len(r.wire))
	}
}
