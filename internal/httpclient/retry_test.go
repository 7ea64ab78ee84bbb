package httpclient

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
)

// closeAtSecond answers the first request of a connection, reads the second and
// closes: a race that every server with idle connections can cause.
func closeAtSecond(heard *atomic.Int64) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		for requests := 1; readRequest(in); requests++ {
			heard.Add(1)
			if requests == 2 {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	}
}

// closeHTTP2AtSecond does the same over HTTP/2, or refuses the stream. It adds
// up the bytes of the requests.
func closeHTTP2AtSecond(heard, bytes *atomic.Int64, refuse bool) func(c *net.TCPConn) {
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
			head := frame.Header()
			if head.Type != http2.FrameHeaders && head.Type != http2.FrameData {
				continue
			}
			bytes.Add(frameHeader + int64(head.Length))
			if !head.Flags.Has(http2.FlagDataEndStream) {
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
			_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: head.StreamID, BlockFragment: []byte{status200},
				EndStream: true, EndHeaders: true})
		}
	}
}

// A retry is counted with the bytes of both attempts, and the server sees as
// many requests. Requests that must not be sent again fail.
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
		"an unknown method":            {method: "PURGE"},
		"POST with a key":              {method: "POST", header: key, retried: true},
		"HTTP/2 GET":                   {method: "GET", http2: true, retried: true},
		"HTTP/2 PUT":                   {method: "PUT", http2: true, retried: true},
		"HTTP/2 POST":                  {method: "POST", http2: true},
		"HTTP/2 POST with a key":       {method: "POST", header: key, http2: true, retried: true},
		"HTTP/2 POST that was refused": {method: "POST", http2: true, refuse: true, retried: true},
	} {
		t.Run(name, func(t *testing.T) {
			var heard, bytes atomic.Int64
			handle := closeAtSecond(&heard)
			if test.http2 {
				handle = closeHTTP2AtSecond(&heard, &bytes, test.refuse)
			}
			s := serveRaw(t, handle)
			c := client(t, Options{KeepAlive: true, HTTP2: test.http2, Connections: 1})
			body := map[bool]string{true: "", false: "body"}[test.method == "GET" || test.method == "HEAD"]
			r := prepare(t, c, test.method, s.url, test.header, body)
			ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
			defer cancel()
			var first, second Response
			if err := c.Do(ctx, r, 0, &first); err != nil {
				t.Fatal(err)
			}
			if first.Retries != 0 {
				t.Errorf("the first: %d retries, want none", first.Retries)
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
			size := bytes.Load()
			if !test.http2 {
				size = int64(len(r.wire)) * heard.Load()
			}
			if sent := first.Sent + second.Sent; sent != size {
				t.Errorf("sent %d bytes, and the server heard %d", sent, size)
			}
		})
	}
}

// A connection that had ended before anything was sent is replaced without a
// retry.
func TestNoRetryWhereNothingWasSent(t *testing.T) {
	var heard atomic.Int64
	closed := make(chan struct{}, 1)
	s := serveRaw(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		if readRequest(in) {
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
	if a.Retries != 0 || !a.Connected {
		t.Errorf("%d retries, connected: %v; want none and true", a.Retries, a.Connected)
	}
	if got := heard.Load(); got != 2 {
		t.Errorf("%d requests arrived, want 2", got)
	}
}

// A failed retry counts both attempts.
func TestRetryThatFails(t *testing.T) {
	var heard, conns atomic.Int64
	s := serveRaw(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		first := conns.Add(1) == 1
		if readRequest(in) {
			heard.Add(1)
		}
		if first {
			_, _ = io.WriteString(c, hello)
			if readRequest(in) {
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
	if want := 2 * int64(len(r.wire)); a.Retries != 1 || a.Sent != want {
		t.Errorf("%d retries, %d bytes sent; want 1 and %d", a.Retries, a.Sent, want)
	}
	if got := heard.Load(); got != 3 {
		t.Errorf("%d requests arrived, want 3", got)
	}
}
