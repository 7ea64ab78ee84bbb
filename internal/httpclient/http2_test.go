package httpclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
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
				var a Response
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
			var a Response
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

// What an origin does not use makes room for another.
func TestHTTP2LimitOverOrigins(t *testing.T) {
	a := serveHTTP2(t, false, 0, echo)
	b := serveHTTP2(t, false, 0, echo)
	c := client(t, Options{HTTP2: true, KeepAlive: true, Connections: 1})
	for _, step := range []struct {
		s         *http2Server
		connected bool
	}{{a, true}, {a, false}, {b, true}, {b, false}, {a, true}} {
		if got := mustGet(t, c, step.s.URL); got.Connected != step.connected {
			t.Errorf("connected: %v, want %v", got.Connected, step.connected)
		}
	}
	if c.http2.open != 1 || len(c.http2.conns) != 1 {
		t.Errorf("%d connections to %d origins", c.http2.open, len(c.http2.conns))
	}
}

func TestHTTP2ServersThatFail(t *testing.T) {
	s := serveHTTP2(t, false, 0, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/before":
			panic(http.ErrAbortHandler)
		case "/within":
			_, _ = w.Write([]byte("begun"))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/large":
			_, _ = w.Write(make([]byte, 1001))
		default:
			<-r.Context().Done()
		}
	})
	c := client(t, Options{HTTP2: true, KeepAlive: true, MaxBody: 1000})
	for path, class := range map[string]string{"/before": ClassReset, "/within": ClassBody, "/large": ClassBody} {
		_, err := get(t, c, s.URL+path)
		wantClass(t, err, class, "")
	}
	for how, want := range map[string]error{"cancelled": context.Canceled, "timed out": context.DeadlineExceeded, "deadline alone": context.DeadlineExceeded} {
		ctx, cancel := soonOver(t, how, 20*time.Millisecond)
		var a Response
		if err := c.Do(ctx, prepare(t, c, "GET", s.URL+"/hang", nil, ""), 0, &a); !errors.Is(err, want) {
			t.Errorf("%s: got the error %v", how, err)
		}
		cancel()
	}
	if s.accepted.Load() != 1 {
		t.Errorf("%d connections, want 1: a stream that fails is not the connection's end", s.accepted.Load())
	}
}

// A connection that its server has closed is replaced.
func TestHTTP2ConnectionIsReplaced(t *testing.T) {
	s := serveHTTP2(t, false, 0, echo)
	c := client(t, Options{HTTP2: true, KeepAlive: true, Connections: 1})
	mustGet(t, c, s.URL)
	s.CloseClientConnections()
	waitUntil(t, "the end is noticed", func() bool {
		c.http2.mu.Lock()
		defer c.http2.mu.Unlock()
		for _, made := range c.http2.conns {
			return made[0].conn.Err() != nil
		}
		return false
	})
	if a := mustGet(t, c, s.URL); !a.Connected || c.http2.open != 1 {
		t.Errorf("connected: %v, %d connections", a.Connected, c.http2.open)
	}
}

// goingAway serves HTTP/2, answers the first request of its first connection, and
// goes away at the second.
func goingAway(first *atomic.Bool) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		leaves := first.CompareAndSwap(false, true)
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
			if frame.Header().Type != http2.FrameHeaders {
				continue
			}
			if requests++; requests == 2 && leaves {
				_ = framer.WriteGoAway(1, http2.ErrCodeNo, nil)
				_, _ = io.Copy(io.Discard, c)
				return
			}
			const status200 = 0x88 // in HPACK
			_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: frame.Header().StreamID, BlockFragment: []byte{status200}, EndStream: true, EndHeaders: true})
		}
	}
}

// A request that reaches a server which goes away was not begun, and is sent
// again, whatever its method: so it happens with every server that limits the
// requests of a connection.
func TestHTTP2ServerThatGoesAway(t *testing.T) {
	var first atomic.Bool
	s := serveRaw(t, goingAway(&first))
	c := client(t, Options{HTTP2: true, KeepAlive: true, Connections: 1})
	for i, connected := range []bool{true, true, false} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		var a Response
		err := c.Do(ctx, prepare(t, c, "POST", s.url, nil, ""), 0, &a)
		cancel()
		if err != nil || a.Status != 200 || a.Connected != connected {
			t.Errorf("request %d: status %d, connected: %v, error %v", i, a.Status, a.Connected, err)
		}
	}
	if s.accepted.Load() != 2 {
		t.Errorf("%d connections, want 2", s.accepted.Load())
	}
}

// A server that speaks HTTP/1.1 alone is told of as such.
func TestHTTP2WhereThereIsNone(t *testing.T) {
	s := serveRaw(t, answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
	_, err := get(t, client(t, Options{HTTP2: true, KeepAlive: true}), s.url)
	wantClass(t, err, ClassProtocol, "does not answer as a server that speaks HTTP/2")
}
