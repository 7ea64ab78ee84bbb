package transport

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// An http2Server is net/http's, with its connections counted.
type http2Server struct {
	*httptest.Server
	accepted atomic.Int64
}

func serveHTTP2(t testing.TB, secure bool, streams int, handler http.HandlerFunc) *http2Server {
	t.Helper()
	s := &http2Server{Server: httptest.NewUnstartedServer(handler)}
	s.Config.Protocols = &http.Protocols{}
	s.Config.Protocols.SetHTTP2(true)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: streams}
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.accepted.Add(1)
		}
	}
	if secure {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// trusting is the TLS that a client needs to believe a test server.
func trusting(s *httptest.Server) *tls.Config {
	if s.Certificate() == nil {
		return nil
	}
	return s.Client().Transport.(*http.Transport).TLSClientConfig
}

func TestHTTP2(t *testing.T) {
	for _, secure := range []bool{true, false} {
		for _, keepAlive := range []bool{true, false} {
			t.Run(fmt.Sprintf("secure %v, keep-alive %v", secure, keepAlive), func(t *testing.T) {
				s := serveHTTP2(t, secure, 0, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("X-Encoding", r.Header.Get("Accept-Encoding"))
					w.Header().Set("X-Agent", r.UserAgent())
					fmt.Fprint(w, r.Proto, " ")
					echo(w, r)
				})
				c := client(t, Options{HTTP2: true, KeepAlive: keepAlive, TLS: trusting(s.Server)})
				r := prepare(t, c, "POST", s.URL+"/a b?c d", http.Header{"content-length": {"8"}}, "the body")
				var a Answer
				for i := range 3 {
					if err := c.Do(t.Context(), r, 1024, &a); err != nil {
						t.Fatal(err)
					}
					_, host, _ := strings.Cut(s.URL, "//")
					if got, want := string(a.Body), "HTTP/2.0 "+host+" /a%20b?c%20d the body"; got != want {
						t.Errorf("got %q, want %q", got, want)
					}
					if a.Connected != (i == 0 || !keepAlive) || (a.Phases.TLS > 0) != (secure && a.Connected) || a.Phases.FirstByte <= 0 {
						t.Errorf("request %d: connected: %v, phases %+v", i, a.Connected, a.Phases)
					}
					if a.Header("x-encoding") != "" || a.Header("X-Agent") != userAgent() {
						t.Errorf("Accept-Encoding %q, User-Agent %q", a.Header("x-encoding"), a.Header("x-agent"))
					}
					if a.Sent <= 8 || a.Received <= a.Length || a.Length != int64(len(a.Body)) {
						t.Errorf("sent %d, received %d, body %d", a.Sent, a.Received, a.Length)
					}
				}
				if want := map[bool]int64{true: 1, false: 3}[keepAlive]; s.accepted.Load() != want {
					t.Errorf("%d connections, want %d", s.accepted.Load(), want)
				}
			})
		}
	}
}

// Requests share a connection as far as the server lets them, and then wait. It
// says how far says how many requests it takes once there is a connection, and
// refuses those that came too early.
func TestHTTP2Limit(t *testing.T) {
	const streams, connections, jobs = 3, 2, 20
	var now, most atomic.Int64
	full := make(chan struct{})
	var once sync.Once
	s := serveHTTP2(t, false, streams, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == streams*connections {
			once.Do(func() { close(full) })
		}
		<-full
	})
	c := client(t, Options{HTTP2: true, KeepAlive: true, Connections: connections})
	r := prepare(t, c, "GET", s.URL, nil, "")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var all sync.WaitGroup
	for range jobs {
		all.Go(func() {
			var a Answer
			if err := c.Do(ctx, r, 0, &a); err != nil || a.Status != 200 {
				t.Errorf("status %d, error %v", a.Status, err)
			}
		})
	}
	all.Wait()
	if s.accepted.Load() != connections || most.Load() != streams*connections {
		t.Errorf("%d connections and %d requests at once, want %d and %d", s.accepted.Load(), most.Load(), connections, streams*connections)
	}
}
