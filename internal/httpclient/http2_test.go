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

// An http2Server is net/http's server with a count of its connections.
type http2Server struct {
	*httptest.Server
	accepted atomic.Int64
}

func serveHTTP2(t testing.TB, secure bool, streams int, handler http.HandlerFunc) *http2Server {
	t.Helper()
	return serveHTTP2With(t, secure, http.HTTP2Config{MaxConcurrentStreams: streams}, handler)
}

func serveHTTP2With(t testing.TB, secure bool, config http.HTTP2Config, handler http.HandlerFunc) *http2Server {
	t.Helper()
	s := &http2Server{Server: httptest.NewUnstartedServer(handler)}
	s.Config.Protocols = &http.Protocols{}
	s.Config.Protocols.SetHTTP2(true)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Config.HTTP2 = &config
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

// trustedBy returns the TLS configuration that trusts a test server.
func trustedBy(s *httptest.Server) *tls.Config {
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
				c := client(t, Options{HTTP2: true, KeepAlive: keepAlive, TLS: trustedBy(s.Server)})
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
					if want := i == 0 || !keepAlive; a.Connected != want {
						t.Errorf("request %d: connected: %v, want %v", i, a.Connected, want)
					}
					if want := secure && a.Connected; (a.Phases.TLS > 0) != want {
						t.Errorf("request %d: TLS took %v, want some: %v", i, a.Phases.TLS, want)
					}
					if a.Phases.FirstByte <= 0 {
						t.Errorf("request %d: FirstByte is %v", i, a.Phases.FirstByte)
					}
					if a.Header("x-encoding") != "" || a.Header("X-Agent") != userAgent() {
						t.Errorf("Accept-Encoding %q, User-Agent %q", a.Header("x-encoding"), a.Header("x-agent"))
					}
					if a.Sent <= 8 || a.Received <= a.Length {
						t.Errorf("sent %d and received %d, want more than the bodies", a.Sent, a.Received)
					}
					if a.Length != int64(len(a.Body)) {
						t.Errorf("length %d, body of %d", a.Length, len(a.Body))
					}
				}
				if want := map[bool]int64{true: 1, false: 3}[keepAlive]; s.accepted.Load() != want {
					t.Errorf("%d connections, want %d", s.accepted.Load(), want)
				}
			})
		}
	}
}

// Requests share a connection up to the server's limit and then wait. The
// server announces its limit only on the open connection and refuses requests
// that came before.
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
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
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
		t.Errorf("%d connections and %d requests at once, want %d and %d", s.accepted.Load(), most.Load(), connections,
			streams*connections)
	}
}

// An idle connection is closed to make room for another origin.
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
	if c.http2.open != 1 {
		t.Errorf("%d connections are open", c.http2.open)
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
	for how, want := range map[string]error{
		"cancelled": context.Canceled, "timed out": context.DeadlineExceeded,
		"deadline alone": context.DeadlineExceeded,
	} {
		ctx, cancel := endingSoon(t, how, 20*time.Millisecond)
		var a Response
		if err := c.Do(ctx, prepare(t, c, "GET", s.URL+"/hang", nil, ""), 0, &a); !errors.Is(err, want) {
			t.Errorf("%s: got the error %v", how, err)
		}
		cancel()
	}
	if s.accepted.Load() != 1 {
		t.Errorf("%d connections, want 1: a failed stream must not end the connection", s.accepted.Load())
	}
}

// A connection that the server closed is replaced.
func TestHTTP2ConnectionIsReplaced(t *testing.T) {
	s := serveHTTP2(t, false, 0, echo)
	c := client(t, Options{HTTP2: true, KeepAlive: true, Connections: 1})
	mustGet(t, c, s.URL)
	s.CloseClientConnections()
	time.Sleep(2 * probeAfter) // sooner it may be used without a look at it
	if a := mustGet(t, c, s.URL); !a.Connected || c.http2.open != 1 {
		t.Errorf("connected: %v, %d connections", a.Connected, c.http2.open)
	}
}

// serveGoAway serves HTTP/2, answers the first request of its first connection,
// and sends GOAWAY at the second.
func serveGoAway(first *atomic.Bool) func(c *net.TCPConn) {
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
			_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: frame.Header().StreamID,
				BlockFragment: []byte{status200}, EndStream: true, EndHeaders: true})
		}
	}
}

// A request that reaches a server after GOAWAY was not processed and is sent
// again, whatever its method. This happens with every server that limits the
// requests of a connection.
func TestHTTP2ServerThatGoesAway(t *testing.T) {
	var first atomic.Bool
	s := serveRaw(t, serveGoAway(&first))
	c := client(t, Options{HTTP2: true, KeepAlive: true, Connections: 1})
	for i, connected := range []bool{true, true, false} {
		ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
		var a Response
		err := c.Do(ctx, prepare(t, c, "POST", s.url, nil, ""), 0, &a)
		cancel()
		wantResponse(t, fmt.Sprint("request ", i), a, err, 200, "")
		if a.Connected != connected {
			t.Errorf("request %d: connected: %v, want %v", i, a.Connected, connected)
		}
	}
	if s.accepted.Load() != 2 {
		t.Errorf("%d connections, want 2", s.accepted.Load())
	}
}

// A server that speaks only HTTP/1.1 gives an error that says so.
func TestHTTP2ServerWithoutHTTP2(t *testing.T) {
	s := serveRaw(t, serveAnswer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
	_, err := get(t, client(t, Options{HTTP2: true, KeepAlive: true}), s.url)
	wantClass(t, err, ClassProtocol, "does not answer as a server that speaks HTTP/2")
}
