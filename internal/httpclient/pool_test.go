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

// A gauge is how many there are, and the most there were.
type gauge struct{ now, most atomic.Int64 }

func (g *gauge) add() {
	n := g.now.Add(1)
	for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
	}
}

// Servers count how many requests there are at once, at all of them together.
func TestConnectionsAreLimited(t *testing.T) {
	const limit, requesters, each = 3, 12, 15
	for _, keepAlive := range []bool{true, false} {
		t.Run(fmt.Sprintf("keep-alive %v", keepAlive), func(t *testing.T) {
			var asked gauge
			var urls []string
			handle := func(c *net.TCPConn) {
				for in := bufio.NewReader(c); hear(in); {
					asked.add()
					runtime.Gosched()
					asked.now.Add(-1) // before the client can know
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
			if asked.most.Load() > limit || c.pool.open > limit || waited.Load() == 0 {
				t.Errorf("%d requests at once, %d connections open at the end, want %d at most; %d requests waited", asked.most.Load(), c.pool.open, limit, waited.Load())
			}
		})
	}
}

// However many hosts there are, only so many are remembered.
func TestOriginsAreForgotten(t *testing.T) {
	s := serveRaw(t, answering(hello))
	c := client(t, Options{KeepAlive: true, Resolver: atLoopback})
	const hosts = maxOrigins + 50
	for i := range hosts {
		mustGet(t, c, named(s.url, fmt.Sprintf("host-%d", i)))
	}
	if n := len(c.pool.origins); n != maxOrigins || c.pool.open != maxOrigins || c.pool.idle != maxOrigins || c.pool.recent.Len() != maxOrigins {
		t.Errorf("%d origins and %d connections, %d of them idle, want %d of each", n, c.pool.open, c.pool.idle, maxOrigins)
	}
	if a := mustGet(t, c, named(s.url, fmt.Sprintf("host-%d", hosts-1))); a.Connected {
		t.Error("the origin last used was forgotten")
	}
	if a := mustGet(t, c, named(s.url, "host-0")); !a.Connected {
		t.Error("the origin first used was not forgotten")
	}
}

// A client that was closed has no connections left, and makes none.
func TestClose(t *testing.T) {
	for _, version2 := range []bool{false, true} {
		ended := make(chan struct{}, 10)
		s := serveRaw(t, func(c *net.TCPConn) { answering(hello)(c); ended <- struct{}{} })
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

// A connection that is busy when its client is closed ends with its request.
func TestCloseWhileBusy(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	s := serveRaw(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		hear(in)
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

// A cancelled dial gives back the room it had.
func TestFailedDialsTakeNoRoom(t *testing.T) {
	s := serveRaw(t, answering(hello))
	fail := true
	c := client(t, Options{Connections: 1, Resolver: func(ctx context.Context, host string) ([]netip.Addr, error) {
		if fail {
			return nil, errors.New("not now")
		}
		return atLoopback(ctx, host)
	}})
	for range 3 {
		_, err := get(t, c, named(s.url, "example.test"))
		wantClass(t, err, ClassDNS, "not now")
	}
	fail = false
	mustGet(t, c, named(s.url, "example.test"))
}
