package httpclient

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// staticAnswer answers every request without a body with the same bytes, and
// does not allocate per request.
func staticAnswer(answer string) func(c *net.TCPConn) {
	raw := []byte(answer)
	return func(c *net.TCPConn) { answerAll(c, raw) }
}

func answerAll(c net.Conn, raw []byte) {
	for in := bufio.NewReader(c); ; {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		if len(line) > len("\r\n") {
			continue
		}
		if _, err := c.Write(raw); err != nil {
			return
		}
	}
}

const usual = "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: " +
	"text/plain\r\nContent-Length: 12\r\nConnection: keep-alive\r\n\r\nhello world\n"

// sharedContexts returns sources of cheap contexts: one shared context, and
// many that share one Done.
func sharedContexts(t testing.TB) map[string]func() context.Context {
	shared := t.Context()
	limited := &deadlineOnly{shared, time.Now().Add(time.Hour)}
	return map[string]func() context.Context{
		"shared":     func() context.Context { return shared },
		"deadline":   func() context.Context { limited.deadline = limited.deadline.Add(1); return limited },
		"no context": context.Background,
	}
}

// An exchange on an open connection does not allocate.
func TestDoAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates")
	}
	s := serveRaw(t, staticAnswer(usual))
	for name, next := range sharedContexts(t) {
		c := client(t, Options{KeepAlive: true, Connections: 1, MaxBody: 1 << 20})
		wantNoAllocations(t, name, repeatedDo(t, c, s.url, next))
	}
}

// Waiting for a connection does not allocate.
func TestWaitingAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates")
	}
	s := serveRaw(t, staticAnswer(usual))
	c := client(t, Options{KeepAlive: true, Connections: 1})
	other, stop, stopped := repeatedDo(t, c, s.url, t.Context), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				other()
			}
		}
	}()
	wantNoAllocations(t, "waiting", repeatedDo(t, c, s.url, t.Context))
	close(stop)
	<-stopped
}

// repeatedDo returns a function that sends a request and keeps its response.
func repeatedDo(t testing.TB, c *Client, url string, next func() context.Context) func() {
	r := prepare(t, c, "GET", url, nil, "")
	var a Response
	return func() {
		if err := c.Do(next(), r, 64, &a); err != nil || len(a.Body) != 12 {
			t.Errorf("got %q and the error %v", a.Body, err)
		}
	}
}

// wantNoAllocations checks that do does not allocate.
func wantNoAllocations(t *testing.T, what string, do func()) {
	t.Helper()
	wantAllocations(t, what, 0, do)
}

// wantAllocations is wantNoAllocations for a given number.
func wantAllocations(t *testing.T, what string, want float64, do func()) {
	t.Helper()
	do()
	if allocated := testing.AllocsPerRun(200, do); allocated != want {
		t.Errorf("%s: %v allocations per request, want %v", what, allocated, want)
	}
}

// allocationsOfTLS returns how often crypto/tls allocates for an exchange: once
// for a record that it reads, here on both sides.
func allocationsOfTLS(t *testing.T, address string, trust *tls.Config) float64 {
	t.Helper()
	c, err := tls.Dial("tcp", address, trust)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	request, answer := []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), make([]byte, len(usual))
	return testing.AllocsPerRun(200, func() {
		if _, err := c.Write(request); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, answer); err != nil {
			t.Fatal(err)
		}
	})
}

// Over TLS, an exchange allocates as little as one of crypto/tls alone.
func TestTLSAllocatesNothingMore(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates")
	}
	s, trust := serveRawTLS(t, tls.VersionTLS13, func(c tlsConn) { answerAll(c, []byte(usual)) })
	want := allocationsOfTLS(t, s.address, trust)
	c := client(t, Options{KeepAlive: true, Connections: 1, TLS: trust})
	for name, next := range sharedContexts(t) {
		wantAllocations(t, name, want, repeatedDo(t, c, s.url, next))
	}
}

// BenchmarkDo is an exchange over loopback on an open connection, with a shared
// context and with its own; and on a new connection.
func BenchmarkDo(b *testing.B) {
	s := serveRaw(b, staticAnswer(usual))
	run := func(name string, options Options, each func() (context.Context, context.CancelFunc)) {
		b.Run(name, func(b *testing.B) {
			c := client(b, options)
			r := prepare(b, c, "GET", s.url, nil, "")
			var a Response
			b.ReportAllocs()
			for b.Loop() {
				ctx, cancel := each()
				if err := c.Do(ctx, r, 0, &a); err != nil {
					b.Fatal(err)
				}
				cancel()
			}
		})
	}
	none := func() {}
	for name, next := range sharedContexts(b) {
		run(name, Options{KeepAlive: true}, func() (context.Context, context.CancelFunc) { return next(), none })
	}
	run("timeout", Options{KeepAlive: true}, func() (context.Context, context.CancelFunc) {
		return context.WithTimeout(b.Context(), time.Minute)
	})
	run("close", Options{}, func() (context.Context, context.CancelFunc) { return b.Context(), none })
}

// BenchmarkDoAtOnce sends as many concurrent requests as there are connections.
func BenchmarkDoAtOnce(b *testing.B) {
	s := serveRaw(b, staticAnswer(usual))
	for _, at := range []int{1, 25} {
		b.Run(fmt.Sprint(at), func(b *testing.B) {
			c := client(b, Options{KeepAlive: true})
			r := prepare(b, c, "GET", s.url, nil, "")
			b.ReportAllocs()
			b.SetParallelism(at)
			b.RunParallel(func(pb *testing.PB) {
				var a Response
				for pb.Next() {
					if err := c.Do(b.Context(), r, 0, &a); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkTLS is BenchmarkDo over TLS, with Go's own server.
func BenchmarkTLS(b *testing.B) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("hello world\n"))
	}))
	b.Cleanup(s.Close)
	c := client(b, Options{KeepAlive: true, TLS: trustedBy(s)})
	r := prepare(b, c, "GET", s.URL, nil, "")
	var a Response
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Do(b.Context(), r, 0, &a); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHandshake opens a connection over TLS for each request, with Go's own
// server, whose part is in the figure.
func BenchmarkHandshake(b *testing.B) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	b.Cleanup(s.Close)
	for _, resume := range []bool{false, true} {
		b.Run(fmt.Sprintf("resume=%v", resume), func(b *testing.B) {
			c := client(b, Options{TLS: trustedBy(s), ResumeTLS: resume})
			r := prepare(b, c, "GET", s.URL, nil, "")
			var a Response
			for b.Loop() {
				if err := c.Do(b.Context(), r, 0, &a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRead reads a response without a socket.
func BenchmarkRead(b *testing.B) {
	var a Response
	src := &repeatReader{raw: []byte(usual)}
	in := newReader(src)
	b.ReportAllocs()
	b.SetBytes(int64(len(usual)))
	for b.Loop() {
		a.reset()
		if ok, err := (responseReader{in: &in, response: &a, keep: 64}).read(false); err != nil || !ok {
			b.Fatal(err)
		}
	}
}

// A repeatReader repeats the same bytes.
type repeatReader struct{ raw []byte }

func (r *repeatReader) Read(p []byte) (int, error) { return copy(p, r.raw), nil }
