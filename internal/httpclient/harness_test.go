package httpclient

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// patience is after what time a test that should have gone on has failed. No test
// waits for it to pass.
const patience = 20 * time.Second

// A rawServer is a server on loopback that does with a connection whatever the
// test wants.
type rawServer struct {
	url      string
	address  string
	accepted atomic.Int64
	mu       sync.Mutex
	conns    []net.Conn
}

// serveRaw starts one. A connection is closed when handle returns, or at the
// test's end.
func serveRaw(t testing.TB, handle func(c *net.TCPConn)) *rawServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{url: "http://" + l.Addr().String(), address: l.Addr().String()}
	var handlers sync.WaitGroup
	handlers.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			handlers.Go(func() {
				defer c.Close()
				handle(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		s.mu.Lock()
		for _, c := range s.conns {
			_ = c.Close()
		}
		s.mu.Unlock()
		handlers.Wait()
	})
	return s
}

// answering answers every request of a connection with the same bytes, and closes
// it if the client does.
func answering(answer string) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		for in := bufio.NewReader(c); hear(in); {
			if _, err := io.WriteString(c, answer); err != nil {
				return
			}
		}
	}
}

// hear reads a request, and reports whether there was one.
func hear(in *bufio.Reader) bool {
	r, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err == nil
}

// client makes a client that is closed at the test's end.
func client(t testing.TB, options Options) *Client {
	t.Helper()
	c := New(options)
	t.Cleanup(c.Close)
	return c
}

// inOrder is a header with its names in order.
func inOrder(header http.Header) (fields Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			fields = append(fields, Field{name, value})
		}
	}
	return fields
}

// prepare makes a request of a test.
func prepare(t testing.TB, c *Client, method, url string, header http.Header, body string) *Request {
	t.Helper()
	r, err := c.NewRequest(method, url, inOrder(header), []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// get asks for a url and keeps up to a kilobyte of the answer.
func get(t testing.TB, c *Client, url string) (Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var a Response
	err := c.Do(ctx, prepare(t, c, "GET", url, nil, ""), 1024, &a)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("GET %s hangs: %v", url, err)
	}
	return a, err
}

// mustGet is get, of what must succeed.
func mustGet(t testing.TB, c *Client, url string) Response {
	t.Helper()
	a, err := get(t, c, url)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	return a
}

// wantClass fails the test if an error is not of the class, or does not say so
// much.
func wantClass(t testing.TB, err error, class, says string) {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) || failure.Class != class || !strings.Contains(err.Error(), says) {
		t.Errorf("got the error %v (%T), want one of class %s that says %q", err, err, class, says)
	}
}

// quiet is the log of a server whose complaints are expected.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// waitUntil waits for something that will happen.
func waitUntil(t testing.TB, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !happened(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}
