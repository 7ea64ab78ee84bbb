//go:build unix

package torture

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A target is an HTTP server that records when which job arrived. The path of a
// request ends with the number of its job, after the row of its data if it has one.
type target struct {
	*httptest.Server
	delay time.Duration // of each answer

	mu       sync.Mutex
	arrivals []arrival
}

// An arrival is a request that came.
type arrival struct {
	job int64
	row string
	at  time.Time
}

func startTarget(t *testing.T, delay time.Duration) *target {
	t.Helper()
	target := &target{delay: delay}
	target.Server = httptest.NewServer(target)
	t.Cleanup(target.Close)
	return target
}

func (t *target) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	now := time.Now()
	segments := strings.Split(r.URL.Path, "/")
	job, err := strconv.ParseInt(segments[len(segments)-1], 10, 64)
	if err != nil {
		job = -1
	}
	t.mu.Lock()
	t.arrivals = append(t.arrivals, arrival{job, segments[len(segments)-2], now})
	t.mu.Unlock()
	time.Sleep(t.delay)
}

// seen returns the requests that came.
func (t *target) seen() []arrival {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]arrival(nil), t.arrivals...)
}

// forget forgets the requests that came.
func (t *target) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.arrivals = nil
}

// await waits until n requests have come.
func (t *target) await(tb testing.TB, n int) {
	tb.Helper()
	for end := time.Now().Add(time.Minute); len(t.seen()) < n; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("%d requests have come, want %d", len(t.seen()), n)
		}
	}
}
