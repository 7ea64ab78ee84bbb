package httpclient

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// Options.Streams limits the requests of a connection, and others open further
// connections up to their limit.
func TestHTTP2Streams(t *testing.T) {
	const streams, connections, jobs = 2, 3, 20
	var now, most atomic.Int64
	full := make(chan struct{})
	var once sync.Once
	s := serveHTTP2(t, false, 100, func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == streams*connections {
			once.Do(func() { close(full) })
		}
		<-full
	})
	c := client(t, Options{HTTP2: true, KeepAlive: true, Connections: connections, Streams: streams})
	r := prepare(t, c, "GET", s.URL, nil, "")
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	defer cancel()
	var all sync.WaitGroup
	for range jobs {
		all.Go(func() {
			var a Response
			err := c.Do(ctx, r, 0, &a)
			wantResponse(t, "a job", a, err, 200, "")
		})
	}
	all.Wait()
	if n := s.accepted.Load(); n != connections {
		t.Errorf("%d connections, want %d", n, connections)
	}
	if n := most.Load(); n != streams*connections {
		t.Errorf("%d requests at once, want %d", n, streams*connections)
	}
}

// Streams are found by their number, and numbers only grow, however long some
// of them last.
func TestHTTP2StreamTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table http2Streams
		open := map[uint32]*http2Stream{}
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if len(open) == 0 || rapid.Bool().Draw(t, "opens") {
				last := table.lastID
				s, id := table.open()
				s.id = id
				table.add(s)
				if id <= last || id%2 == 0 {
					t.Fatalf("the stream after %d is %d", last, id)
				}
				open[id] = s
			} else {
				s := table.active[rapid.IntRange(0, len(table.active)-1).Draw(t, "which")]
				table.remove(s)
				table.giveBack(s)
				delete(open, s.id)
			}
			if len(table.active) != len(open) {
				t.Fatalf("%d streams are active, want %d", len(table.active), len(open))
			}
			for id, s := range open {
				if table.find(id) != s {
					t.Fatalf("the stream %d is not found", id)
				}
			}
			if s := table.find(table.lastID + 2); s != nil {
				t.Fatal("a stream is found that was not opened")
			}
		}
	})
}
