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

// testTimeout is when a test that does not continue has failed. No passing test
// waits for it.
const testTimeout = 20 * time.Second

// A rawServer is a server on loopback that handles connections as the test
// wants.
type rawServer struct {
	url      string
	address  string
	accepted atomic.Int64
	mu       sync.Mutex
	conns    []net.Conn
}

// serveRaw starts a rawServer. A connection is closed when handle returns or
// the test ends.
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

// serveAnswer returns a handler that answers every request of a connection with
// the same bytes, and closes it when the client does.
func serveAnswer(answer string) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		for in := bufio.NewReader(c); readRequest(in); {
			if _, err := io.WriteString(c, answer); err != nil {
				return
			}
		}
	}
}

// readRequest reads a request and reports whether there was one.
func readRequest(in *bufio.Reader) bool {
	r, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err == nil
}

// client returns a client that is closed when the test ends.
func client(t testing.TB, options Options) *Client {
	t.Helper()
	c := New(options)
	t.Cleanup(c.Close)
	return c
}

// inOrder returns a header with its names sorted.
func inOrder(header http.Header) (fields Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			fields = append(fields, Field{name, value})
		}
	}
	return fields
}

// prepare creates a request.
func prepare(t testing.TB, c *Client, method, url string, header http.Header, body string) *Request {
	t.Helper()
	r, err := c.NewRequest(method, url, inOrder(header), []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// get requests a URL and keeps up to a kilobyte of the response.
func get(t testing.TB, c *Client, url string) (Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	defer cancel()
	var a Response
	err := c.Do(ctx, prepare(t, c, "GET", url, nil, ""), 1024, &a)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("GET %s hangs: %v", url, err)
	}
	return a, err
}

// mustGet is get for a request that must succeed.
func mustGet(t testing.TB, c *Client, url string) Response {
	t.Helper()
	a, err := get(t, c, url)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	return a
}

// wantClass checks that err has the class and contains says.
func wantClass(t testing.TB, err error, class, says string) {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) {
		t.Errorf("got the error %v (%T), want an *Error of class %s", err, err, class)
		return
	}
	if failure.Class != class {
		t.Errorf("got the class %s, want %s: %v", failure.Class, class, err)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("got the error %q, want %q in it", err, says)
	}
}

// wantResponse checks the error, the status and the body of a response.
func wantResponse(t testing.TB, what string, a Response, err error, status int, body string) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if a.Status != status {
		t.Errorf("%s: status %d, want %d", what, a.Status, status)
	}
	if string(a.Body) != body {
		t.Errorf("%s: body %q, want %q", what, a.Body, body)
	}
}

// discardLog is the log of a server whose errors are expected.
func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

// waitUntil polls until happened returns true.
func waitUntil(t testing.TB, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testTimeout); !happened(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("did not happen in %v: %s", testTimeout, what)
		}
	}
}
