package httpclient

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// A maxGauge counts up and down and records its maximum.
type maxGauge struct{ now, max atomic.Int64 }

func (g *maxGauge) add() {
	n := g.now.Add(1)
	for m := g.max.Load(); n > m && !g.max.CompareAndSwap(m, n); m = g.max.Load() {
	}
}

// The servers together never see more concurrent requests than the limit.
func TestConnectionsAreLimited(t *testing.T) {
	const limit, requesters, each = 3, 12, 15
	for _, keepAlive := range []bool{true, false} {
		t.Run(fmt.Sprintf("keep-alive %v", keepAlive), func(t *testing.T) {
			var asked maxGauge
			var urls []string
			handle := func(c *net.TCPConn) {
				for in := bufio.NewReader(c); readRequest(in); {
					asked.add()
					runtime.Gosched()
					asked.now.Add(-1) // before the client can send another
					_, _ = io.WriteString(c, hello)
				}
			}
			for range 4 {
				urls = append(urls, serveRaw(t, handle).url)
			}
			c := client(t, Options{KeepAlive: keepAlive, Connections: limit})
			var waited atomic.Int64
			var all sync.WaitGroup
			for i := range requesters {
				all.Go(func() {
					for j := range each {
						if a := mustGet(t, c, urls[(i+j)%len(urls)]); a.Phases.Wait > 0 {
							waited.Add(1)
						}
					}
				})
			}
			all.Wait()
			if got := asked.max.Load(); got > limit {
				t.Errorf("%d requests at once, want at most %d", got, limit)
			}
			if c.pool.open > limit {
				t.Errorf("%d connections are open at the end, want at most %d", c.pool.open, limit)
			}
			if waited.Load() == 0 {
				t.Error("no request waited")
			}
		})
	}
}

// The number of remembered origins is limited.
func TestOriginsAreEvicted(t *testing.T) {
	s := serveRaw(t, serveAnswer(hello))
	c := client(t, Options{KeepAlive: true, Resolver: resolveToLoopback})
	const hosts = maxOrigins + 50
	for i := range hosts {
		mustGet(t, c, withHost(s.url, fmt.Sprintf("host-%d", i)))
	}
	for name, n := range map[string]int{
		"origins": len(c.pool.origins), "connections": c.pool.open, "idle connections": c.pool.idle,
		"recent origins": c.pool.recent.Len(),
	} {
		if n != maxOrigins {
			t.Errorf("%d %s, want %d", n, name, maxOrigins)
		}
	}
	if a := mustGet(t, c, withHost(s.url, fmt.Sprintf("host-%d", hosts-1))); a.Connected {
		t.Error("the most recent origin was evicted")
	}
	if a := mustGet(t, c, withHost(s.url, "host-0")); !a.Connected {
		t.Error("the least recent origin was not evicted")
	}
}

// A closed client has no connections and opens none.
func TestClose(t *testing.T) {
	for _, version2 := range []bool{false, true} {
		ended := make(chan struct{}, 10)
		s := serveRaw(t, func(c *net.TCPConn) { serveAnswer(hello)(c); ended <- struct{}{} })
		c := New(Options{KeepAlive: true, HTTP2: version2})
		if !version2 {
			mustGet(t, c, s.url)
		}
		c.Close()
		if !version2 {
			<-ended
		}
		c.Close()
		if _, err := get(t, c, s.url); err != ErrClosed { //nolint:errorlint // it has no class
			t.Errorf("got the error %v", err)
		}
	}
}

// A connection that is in use when its client is closed ends with its request.
func TestCloseWhileBusy(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	s := serveRaw(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		readRequest(in)
		close(arrived)
		<-answer
		_, _ = io.WriteString(c, hello)
		_, _ = in.ReadByte()
		close(ended)
	})
	c := New(Options{KeepAlive: true})
	go func() { <-arrived; c.Close(); close(answer) }()
	if a := mustGet(t, c, s.url); string(a.Body) != "hello" {
		t.Errorf("got %q", a.Body)
	}
	<-ended
	if c.pool.open != 0 {
		t.Errorf("%d connections are open", c.pool.open)
	}
}

// A failed dial releases its slot.
func TestFailedDialsReleaseSlots(t *testing.T) {
	s := serveRaw(t, serveAnswer(hello))
	fail := true
	c := client(t, Options{Connections: 1, Resolver: func(ctx context.Context, host string) ([]netip.Addr, error) {
		if fail {
			return nil, errors.New("not now")
		}
		return resolveToLoopback(ctx, host)
	}})
	for range 3 {
		_, err := get(t, c, withHost(s.url, "example.test"))
		wantClass(t, err, ClassDNS, "not now")
	}
	fail = false
	mustGet(t, c, withHost(s.url, "example.test"))
}
