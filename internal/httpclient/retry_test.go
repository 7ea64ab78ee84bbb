package httpclient

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
)

// closingAtSecond answers the first request of a connection, reads the second and
// closes: the race that every server with idle connections can lose.
func closingAtSecond(heard *atomic.Int64) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		for requests := 1; hear(in); requests++ {
			heard.Add(1)
			if requests == 2 {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	}
}

// closingHTTP2AtSecond does the same, or refuses the stream.
func closingHTTP2AtSecond(heard *atomic.Int64, refuse bool) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		framer := http2.NewFramer(c, c)
		_ = framer.WriteSettings()
		for requests := 0; ; {
			frame, err := framer.ReadFrame()
			if err != nil {
				return
			}
			head, ok := frame.(*http2.HeadersFrame)
			if !ok {
				continue
			}
			heard.Add(1)
			requests++
			switch {
			case requests == 2 && refuse:
				_ = framer.WriteRSTStream(head.StreamID, http2.ErrCodeRefusedStream)
				continue
			case requests == 2:
				return
			}
			const status200 = 0x88 // in HPACK
			_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: head.StreamID, BlockFragment: []byte{status200}, EndStream: true, EndHeaders: true})
		}
	}
}

// A request that is sent again is counted, and the bytes of both: what a server
// hears is what the answers tell. What may not be sent again fails.
func TestRetriesAreCounted(t *testing.T) {
	key := http.Header{"idempotency-key": {"1"}}
	for name, test := range map[string]struct {
		method  string
		header  http.Header
		http2   bool
		refuse  bool
		retried bool
	}{
		"GET":                          {method: "GET", retried: true},
		"HEAD":                         {method: "HEAD", retried: true},
		"OPTIONS":                      {method: "OPTIONS", retried: true},
		"PUT":                          {method: "PUT", retried: true},
		"DELETE":                       {method: "DELETE", retried: true},
		"POST":                         {method: "POST"},
		"PATCH":                        {method: "PATCH"},
		"one that nobody knows":        {method: "PURGE"},
		"POST with a key":              {method: "POST", header: key, retried: true},
		"HTTP/2 GET":                   {method: "GET", http2: true, retried: true},
		"HTTP/2 PUT":                   {method: "PUT", http2: true, retried: true},
		"HTTP/2 POST":                  {method: "POST", http2: true},
		"HTTP/2 POST with a key":       {method: "POST", header: key, http2: true, retried: true},
		"HTTP/2 POST that was refused": {method: "POST", http2: true, refuse: true, retried: true},
	} {
		t.Run(name, func(t *testing.T) {
			var heard atomic.Int64
			handle := closingAtSecond(&heard)
			if test.http2 {
				handle = closingHTTP2AtSecond(&heard, test.refuse)
			}
			s := serveRaw(t, handle)
			c := client(t, Options{KeepAlive: true, HTTP2: test.http2, Connections: 1})
			body := map[bool]string{true: "", false: "body"}[test.method == "GET" || test.method == "HEAD"]
			r := prepare(t, c, test.method, s.url, test.header, body)
			size := int64(len(r.wire)) + r.size
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			var first, second Response
			if err := c.Do(ctx, r, 0, &first); err != nil {
				t.Fatal(err)
			}
			if first.Retries != 0 || first.Sent != size {
				t.Errorf("the first: %d retries and %d bytes of %d, want none and all", first.Retries, first.Sent, size)
			}
			err := c.Do(ctx, r, 0, &second)
			if !test.retried {
				wantClass(t, err, ClassReset, "")
			} else if err != nil {
				t.Error(err)
			}
			want := int64(0)
			if test.retried {
				want = 1
			}
			if second.Retries != want {
				t.Errorf("%d retries, want %d", second.Retries, want)
			}
			if got := heard.Load(); got != 2+want {
				t.Errorf("the server heard %d requests, want %d", got, 2+want)
			}
			if second.Sent != size*(1+want) {
				t.Errorf("sent %d bytes, want %d times %d", second.Sent, 1+want, size)
			}
		})
	}
}

// A connection that had ended before anything was sent is replaced, and nothing
// is sent twice.
func TestNoRetryWhereNothingWasSent(t *testing.T) {
	var heard atomic.Int64
	closed := make(chan struct{}, 1)
	s := serveRaw(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		if hear(in) {
			heard.Add(1)
			_, _ = io.WriteString(c, hello)
		}
		_ = c.Close()
		closed <- struct{}{}
	})
	c := client(t, Options{KeepAlive: true})
	mustGet(t, c, s.url)
	<-closed
	a := mustGet(t, c, s.url)
	if a.Retries != 0 || heard.Load() != 2 || !a.Connected {
		t.Errorf("%d retries, %d requests, connected: %v; want none, 2 and true", a.Retries, heard.Load(), a.Connected)
	}
}

// A retry that fails leaves the account of both attempts.
func TestRetryThatFails(t *testing.T) {
	var heard, conns atomic.Int64
	s := serveRaw(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		first := conns.Add(1) == 1
		if hear(in) {
			heard.Add(1)
		}
		if first {
			_, _ = io.WriteString(c, hello)
			if hear(in) {
				heard.Add(1)
			}
		}
	})
	c := client(t, Options{KeepAlive: true})
	mustGet(t, c, s.url)
	r := prepare(t, c, "GET", s.url, nil, "")
	var a Response
	err := c.Do(t.Context(), r, 0, &a)
	wantClass(t, err, ClassReset, "waiting for the answer")
	var failed *Error
	if !errors.As(err, &failed) || a.Retries != 1 || a.Sent != 2*int64(len(r.wire)) || heard.Load() != 3 {
		t.Errorf("%d retries, %d bytes of %d, %d requests heard; want 1, two of them, 3", a.Retries, a.Sent, len(r.wire), heard.Load())
	}
}
