package httpclient

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"
)

// Bodies of any length arrive unchanged, many at once, whatever the server's
// windows, over TLS and without.
func TestHTTP2Bodies(t *testing.T) {
	for _, secure := range []bool{false, true} {
		for _, window := range []int{1 << 16, 1 << 20} {
			t.Run(fmt.Sprintf("secure %v, window %d", secure, window), func(t *testing.T) {
				config := http.HTTP2Config{MaxReceiveBufferPerConnection: window, MaxReceiveBufferPerStream: window}
				s := serveHTTP2With(t, secure, config, func(w http.ResponseWriter, r *http.Request) {
					sum := sha256.New()
					n, _ := io.Copy(sum, r.Body)
					fmt.Fprintf(w, "%d %x", n, sum.Sum(nil))
				})
				c := client(t, Options{HTTP2: true, KeepAlive: true, TLS: trustedBy(s.Server), Connections: 1})
				var all sync.WaitGroup
				for i, size := range []int{1, 9000, 1<<16 - 1, 1 << 16, 1<<20 + 1, 3 << 20} {
					body := strings.Repeat(string(rune('a'+i)), size)
					r := prepare(t, c, "POST", s.URL, nil, body)
					all.Go(func() {
						ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
						defer cancel()
						var a Response
						err := c.Do(ctx, r, 100, &a)
						want := fmt.Sprintf("%d %x", size, sha256.Sum256([]byte(body)))
						wantResponse(t, fmt.Sprint(size, " bytes"), a, err, 200, want)
						if a.Sent < int64(size) {
							t.Errorf("%d bytes sent of %d", a.Sent, size)
						}
					})
				}
				all.Wait()
			})
		}
	}
}

// A response longer than all windows arrives completely.
func TestHTTP2LongResponse(t *testing.T) {
	const size = 3*streamWindow + 1
	s := serveHTTP2(t, false, 0, func(w http.ResponseWriter, _ *http.Request) {
		part := make([]byte, 1<<16)
		for left := size; left > 0; left -= len(part) {
			_, _ = w.Write(part[:min(left, len(part))])
		}
	})
	a := mustGet(t, client(t, Options{HTTP2: true}), s.URL)
	if a.Length != size {
		t.Errorf("the body has %d bytes, want %d", a.Length, size)
	}
	if len(a.Body) != 1024 || !a.Truncated {
		t.Errorf("%d bytes were kept, truncated: %v", len(a.Body), a.Truncated)
	}
}

// A server may respond without reading the body, which is then not sent
// further; the connection remains.
func TestHTTP2ResponseBeforeBodyIsSent(t *testing.T) {
	s := serveScript(t, func(f *http2.Framer, id uint32) { writeHead(f, id, true, ":status", "413") })
	c := client(t, Options{HTTP2: true, KeepAlive: true, Connections: 1})
	body := strings.Repeat("x", 1<<20)
	for i := range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
		var a Response
		err := c.Do(ctx, prepare(t, c, "POST", s.url, nil, body), 0, &a)
		cancel()
		wantResponse(t, fmt.Sprint("request ", i), a, err, 413, "")
		if a.Connected != (i == 0) {
			t.Errorf("request %d: connected: %v", i, a.Connected)
		}
		if a.Sent >= int64(len(body)) {
			t.Errorf("%d bytes were sent", a.Sent)
		}
	}
}

// A body that expects a 100 response waits for it, and is not sent after a
// final one.
func TestHTTP2Expect(t *testing.T) {
	header := http.Header{"Expect": {"100-continue"}}
	s := serveHTTP2(t, false, 0, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.Copy(w, r.Body)
	})
	c := client(t, Options{HTTP2: true, KeepAlive: true})
	for path, want := range map[string]int{"/yes": 200, "/no": 401} {
		body := map[int]string{200: "the body"}[want]
		var a Response
		err := c.Do(t.Context(), prepare(t, c, "POST", s.URL+path, header, "the body"), 100, &a)
		wantResponse(t, path, a, err, want, body)
	}
}
