package server

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// A wire counts the requests to a service, and the bytes that it sends.
type wire struct {
	net.Listener
	requests, bytes atomic.Int64
}

type countedConn struct {
	net.Conn
	bytes *atomic.Int64
}

func (w *wire) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	return countedConn{conn, &w.bytes}, err
}

func (c countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.bytes.Add(int64(n))
	return n, err
}

// serveCounted serves a handler until the test has ended.
func serveCounted(t testing.TB, handler http.Handler) (*wire, string) {
	w := new(wire)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.requests.Add(1)
		handler.ServeHTTP(rw, r)
	}))
	w.Listener = s.Listener
	s.Listener = w
	s.Start()
	t.Cleanup(s.Close)
	return w, s.URL
}

// since returns what has come over the wire since the last call.
func (w *wire) since() (requests, bytes int64) { return w.requests.Swap(0), w.bytes.Swap(0) }

// A visit of the page takes few requests and bytes; a later one takes the page
// from the browser's cache.
func TestBrowserVisits(t *testing.T) {
	t.Parallel()
	stored := newStoringFake(finishingFake())
	for i := range 100 {
		submit(t, stored, fmt.Sprintf(`{"num_jobs": 3, "name": "run %d"}`, i))
	}
	wire, url := serveCounted(t, New(newOptions(stored)))
	b := visit(t, url+"/", 0)
	b.until(`document.querySelector("h1") && performance.now() > 500`)
	requests, bytes := wire.since()
	requests -= laterRequests(b)
	t.Logf("first visit: %d requests, %.1f KB", requests, float64(bytes)/1e3)
	if requests > 8 {
		t.Errorf("the first visit takes %d requests, want 8 at most", requests)
	}
	if bytes > 90_000 {
		t.Errorf("the first visit takes %d bytes, want 90,000 at most", bytes)
	}

	b.do(chromedp.Navigate("about:blank"))
	wire.since() // may have a look for what is new
	b.do(chromedp.Navigate(url + "/"))
	b.until(`document.querySelector("h1") && performance.now() > 500`)
	requests, bytes = wire.since()
	requests -= laterRequests(b)
	t.Logf("second visit: %d requests, %.1f KB", requests, float64(bytes)/1e3)
	if requests > 3 {
		t.Errorf("the second visit takes %d requests, want 3 at most", requests)
	}
}

// laterRequests returns how many requests the page began more than a second after
// it was opened: on a slow machine, those that look for what is new.
func laterRequests(b *tab) int64 {
	b.t.Helper()
	return look[int64](b, `performance.getEntriesByType("resource").filter((entry) => entry.startTime > 1000).length`)
}
