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

// A connection that was idle when its server closed it is noticed before anything
// is sent, whatever the method.
func TestStaleConnectionIsNoticed(t *testing.T) {
	closed := make(chan struct{}, 10)
	s := serveRaw(t, func(c *net.TCPConn) {
		defer func() { _ = c.Close(); closed <- struct{}{} }()
		saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")(c)
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

// A connection that ends as it is used again leaves open what became of the
// request: it is sent once more if that does no harm.
func TestStaleConnectionIsReplaced(t *testing.T) {
	for method, want := range map[string]bool{"GET": true, "HEAD": true, "PUT": true, "DELETE": true, "OPTIONS": true, "POST": false, "PATCH": false} {
		t.Run(method, func(t *testing.T) {
			var heard atomic.Int64
			s := serveRaw(t, func(c *net.TCPConn) {
				in := bufio.NewReader(c)
				for hear(in) {
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
			if want && (err != nil || !a.Connected || heard.Load() != 3) {
				t.Errorf("error %v, connected: %v, %d requests arrived; want them to be 3", err, a.Connected, heard.Load())
			}
			if !want {
				wantClass(t, err, ClassReset, "waiting for the answer")
				if heard.Load() != 2 {
					t.Errorf("%d requests arrived", heard.Load())
				}
			}
		})
	}
}

// A server that always hangs up on the second request is not asked for ever.
func TestRepeatedOnce(t *testing.T) {
	var heard atomic.Int64
	s := serveRaw(t, func(c *net.TCPConn) {
		if in := bufio.NewReader(c); hear(in) && heard.Add(1) == 1 {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			if hear(in) {
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

// What a server says unasked, between two requests, is not the answer to the next.
func TestUnaskedAnswerIsNotTaken(t *testing.T) {
	said := make(chan struct{}, 1)
	ask := make(chan struct{})
	s := serveRaw(t, func(c *net.TCPConn) {
		saying("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")(c)
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

// A server may answer, and close, before it has read the request.
func TestServerThatDoesNotListen(t *testing.T) {
	s := serveRaw(t, func(c *net.TCPConn) {
		_, _ = io.WriteString(c, "HTTP/1.1 413 Enough\r\nContent-Length: 2\r\n\r\nno")
		_ = c.CloseWrite()
		_, _ = io.CopyN(io.Discard, c, 100_000)
		reset(c)
	})
	c := client(t, Options{KeepAlive: true})
	r := prepare(t, c, "POST", s.url, nil, strings.Repeat("x", 32<<20))
	var a Response
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := c.Do(ctx, r, 10, &a)
	if err == nil && (a.Status != 413 || string(a.Body) != "no") {
		t.Errorf("got %d %q", a.Status, a.Body)
	}
	if err != nil {
		wantClass(t, err, ClassReset, "waiting for the answer") // the reset may overtake the answer
	}
	if a.Sent >= int64(len(r.wire)) {
		t.Errorf("%d bytes sent of %d", a.Sent, len(r.wire))
	}
}
