package metrics

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/snappy"

	"github.com/aurea-orchestrator/aurea"
)

// An endpoint replaces the network. It answers each push with the next status
// and repeats the last one; 0 is a connection error.
type endpoint struct {
	statuses []int
	after    string // Retry-After, if not ""
	began    time.Time
	tried    []time.Duration // when requests arrived, since began
	requests [][]byte
}

func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	request, err := snappy.Decode(nil, body)
	if err != nil {
		return nil, err
	}
	status := e.statuses[min(len(e.tried), len(e.statuses)-1)]
	e.tried = append(e.tried, time.Since(e.began))
	if status == 0 {
		return nil, fmt.Errorf("the line is down")
	}
	e.requests = append(e.requests, request)
	response := httptest.NewRecorder()
	response.Header().Set("Retry-After", e.after)
	response.WriteHeader(status)
	fmt.Fprintln(response, "so it is\nand more")
	return response.Result(), nil
}

// pushOnce pushes stats to an endpoint, as at the end of a run.
func pushOnce(t *testing.T, e *endpoint, stats aurea.Stats) (*Pusher, error) {
	t.Helper()
	p, err := NewPusher(view(t, constantStats(stats)), "http://user:secret@prometheus:9090", "host-1")
	if err != nil {
		t.Fatal(err)
	}
	p.client.Transport, e.began = e, time.Now()
	ctx, end := context.WithCancel(t.Context())
	end()
	return p, p.Run(ctx)
}

// view returns a view of the stats.
func view(t testing.TB, stats func() aurea.Stats) *View {
	t.Helper()
	v, err := New(stats, testEnv, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A busy endpoint is retried with growing delays or after its Retry-After,
// until the timeout; one that rejects the request is not retried.
func TestPushRetries(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name     string
		statuses []int
		after    string
		tried    []time.Duration
		problem  string
	}{
		{"taken", []int{204}, "", []time.Duration{0}, ""},
		{"busy", []int{503, 429, 500, 200}, "", []time.Duration{0, 250 * ms, 750 * ms, 1750 * ms}, ""},
		{"away", []int{0, 200}, "", []time.Duration{0, 250 * ms}, ""},
		{"asks for patience", []int{429, 200}, "3", []time.Duration{0, 3 * time.Second}, ""},
		{"never", []int{500}, "", []time.Duration{0, 250 * ms, 750 * ms, 1750 * ms, 3750 * ms, 7750 * ms, 12750 * ms},
			"http://user:xxxxx@prometheus:9090/api/v1/write answers 500 Internal Server Error: so it is"},
		{"never there", []int{0}, "", []time.Duration{0, 250 * ms, 750 * ms, 1750 * ms, 3750 * ms, 7750 * ms,
			12750 * ms},
			"no answer from http://user:xxxxx@prometheus:9090/api/v1/write: the line is down"},
		{"asks for too much", []int{429}, "3600", []time.Duration{0},
			"http://user:xxxxx@prometheus:9090/api/v1/write answers 429 Too Many Requests: so it is"},
		{"refused", []int{400, 200}, "", []time.Duration{0},
			"http://user:xxxxx@prometheus:9090/api/v1/write answers 400 Bad Request: so it is"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &endpoint{statuses: test.statuses, after: test.after}
				_, err := pushOnce(t, e, fixed())
				got := ""
				if err != nil {
					got = err.Error()
				}
				if got != test.problem {
					t.Errorf("error %q, want %q", got, test.problem)
				}
				if !slices.Equal(e.tried, test.tried) {
					t.Errorf("tried at %v, want %v", e.tried, test.tried)
				}
				if end := time.Since(e.began); end != test.tried[len(test.tried)-1] {
					t.Errorf("it took %v, want %v", end, test.tried[len(test.tried)-1])
				}
			})
		})
	}
}

// An endpoint that rejects the initial zeros gets the request without them; one
// that accepted them does not get them again.
func TestPushInitialZeroOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stats := fixed()
		stats.Since = time.Now().Add(-time.Minute)
		initialZeros := func(request []byte) (n int) {
			for _, s := range decodeRequest(t, request) {
				n += len(s.points) - 1
			}
			return n
		}
		refused := &endpoint{statuses: []int{400, 204}}
		if _, err := pushOnce(t, refused, stats); err != nil || len(refused.requests) != 2 {
			t.Fatalf("%d requests, %v", len(refused.requests), err)
		}
		taken := &endpoint{statuses: []int{204}}
		p, err := pushOnce(t, taken, stats)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.push(t.Context()); err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string]int{
			"refused": initialZeros(refused.requests[0]), "taken": initialZeros(taken.requests[0]),
		} {
			if got < 100 {
				t.Errorf("%s: %d initial zeros, want at least 100", name, got)
			}
		}
		after, again := initialZeros(refused.requests[1]), initialZeros(taken.requests[1])
		if after != 0 || again != 0 {
			t.Errorf("%d initial zeros after a rejection, %d after they were accepted; want none", after, again)
		}
	})
}

// During the run there is a push every five seconds, also after a failed one.
func TestPushWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := NewPusher(view(t, constantStats(fixed())), "https://prometheus/write", "host-1")
		if err != nil {
			t.Fatal(err)
		}
		e := &endpoint{statuses: []int{204, 400, 204}, began: time.Now()}
		p.client.Transport = e
		ctx, end := context.WithTimeout(t.Context(), 17*time.Second)
		defer end()
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
		want := []time.Duration{5 * time.Second, 10 * time.Second, 15 * time.Second, 17 * time.Second}
		if diff := cmp.Diff(want, e.tried); diff != "" {
			t.Errorf("pushed at (-want +got):\n%s", diff)
		}
	})
}

func TestNewPusher(t *testing.T) {
	for address, want := range map[string]string{
		"http://localhost:9090":               "http://localhost:9090/api/v1/write",
		"http://localhost:9090/":              "http://localhost:9090/api/v1/write",
		"https://mimir/api/v1/push?tenant=ci": "https://mimir/api/v1/push?tenant=ci",
	} {
		p, err := NewPusher(nil, address, "")
		if err != nil || p.url.String() != want {
			t.Errorf("%s: %v, %v; want %s", address, p, err, want)
		}
	}
	for _, address := range []string{"", "localhost:9090", "/api/v1/write", "ftp://host/", "http://", "http://%zz"} {
		_, err := NewPusher(nil, address, "")
		if err == nil || !strings.Contains(err.Error(), "must be a URL such as") {
			t.Errorf("%q is taken: %v", address, err)
		}
	}
}
