package transport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
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

// While all connections are in use no other is made, and whoever waits gets the
// first that is free.
func TestWaitForAConnection(t *testing.T) {
	const limit, requests = 2, 6
	arrived, answer := make(chan struct{}, requests), make(chan struct{})
	var held gauge
	s := serveRaw(t, func(c *net.TCPConn) {
		held.add()
		defer held.now.Add(-1)
		for in := bufio.NewReader(c); hear(in); {
			arrived <- struct{}{}
			<-answer
			_, _ = io.WriteString(c, hello)
		}
	})
	c := client(t, Options{KeepAlive: true, Connections: limit})
	var all sync.WaitGroup
	for range requests {
		all.Go(func() { mustGet(t, c, s.url) })
	}
	for range limit {
		<-arrived
	}
	waitUntil(t, "the rest waits", func() bool {
		c.pool.mu.Lock()
		defer c.pool.mu.Unlock()
		return c.pool.waiters.len() == requests-limit
	})
	if len(arrived) != 0 {
		t.Error("more requests arrived than there may be connections")
	}
	close(answer)
	all.Wait()
	if held.most.Load() != limit || s.accepted.Load() != limit {
		t.Errorf("%d connections at once and %d in all, want %d", held.most.Load(), s.accepted.Load(), limit)
	}
}

// len is how many wait.
func (q *waiters) len() (n int) {
	for w := q.first; w != nil; w = w.next {
		n++
	}
	return n
}

// waitUntil waits for something that will happen.
func waitUntil(t testing.TB, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !happened(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

// One whose context is over while it waits is not granted anything, and takes
// nothing from those behind it.
func TestGiveUpWaiting(t *testing.T) {
	for name, want := range map[string]error{"cancelled": context.Canceled, "timed out": context.DeadlineExceeded, "deadline alone": context.DeadlineExceeded, "closed": ErrClosed} {
		t.Run(name, func(t *testing.T) {
			answer := make(chan struct{})
			s := serveRaw(t, after(func(c *net.TCPConn) { <-answer; _, _ = io.WriteString(c, hello) }))
			c := client(t, Options{KeepAlive: true, Connections: 1})
			var all sync.WaitGroup
			all.Go(func() { mustGet(t, c, s.url) })
			waitUntil(t, "a request arrives", func() bool { return s.accepted.Load() == 1 })
			ctx, cancel := soonOver(t, name, time.Millisecond)
			defer cancel()
			if name == "closed" {
				time.AfterFunc(time.Millisecond, c.Close)
			}
			var a Answer
			err := c.Do(ctx, prepare(t, c, "GET", s.url, nil, ""), 0, &a)
			if !errors.Is(err, want) || a.Phases.Wait <= 0 {
				t.Errorf("got the error %v, want %v; waited %v", err, want, a.Phases.Wait)
			}
			close(answer)
			all.Wait()
			if name != "closed" {
				mustGet(t, c, s.url)
			}
			if c.pool.waiters.first != nil || c.pool.waiters.last != nil {
				t.Error("somebody still waits")
			}
		})
	}
}

// soonOver is a context that ends soon, in one of the ways there are; in any other
// it does not.
func soonOver(t testing.TB, how string, soon time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	switch how {
	case "cancelled":
		time.AfterFunc(soon, cancel)
	case "timed out":
		ctx, cancel = context.WithTimeout(ctx, soon)
	case "deadline alone":
		return deadlineOnly{ctx, time.Now().Add(soon)}, cancel
	}
	return ctx, cancel
}

// However many hosts there are, only so many are remembered.
func TestOriginsAreForgotten(t *testing.T) {
	s := serveRaw(t, answering(hello))
	c := client(t, Options{KeepAlive: true, Resolver: atLoopback})
	const hosts = mostOrigins + 50
	for i := range hosts {
		mustGet(t, c, named(s.url, fmt.Sprintf("host-%d", i)))
	}
	if n := len(c.pool.origins); n != mostOrigins || c.pool.open != mostOrigins || c.pool.idle != mostOrigins || c.pool.recent.Len() != mostOrigins {
		t.Errorf("%d origins and %d connections, %d of them idle, want %d of each", n, c.pool.open, c.pool.idle, mostOrigins)
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
		if _, err := get(t, c, s.url); !errors.Is(err, ErrClosed) {
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

// Waiting for a resolver, a connection and a handshake ends with the context.
func TestContextEndsTheConnecting(t *testing.T) {
	silent := serveRaw(t, func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) })
	full := backlogged(t)
	secure := strings.Replace(silent.url, "http:", "https:", 1)
	slow := func(ctx context.Context, _ string) ([]netip.Addr, error) {
		deadline, ok := ctx.Deadline()
		if ok {
			time.Sleep(time.Until(deadline))
			return nil, context.DeadlineExceeded
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, test := range map[string]struct {
		url     string
		options Options
	}{
		"resolving":            {"http://example.test", Options{Resolver: slow}},
		"connecting":           {full, Options{}},
		"agreeing on TLS":      {secure, Options{}},
		"beginning HTTP/2":     {silent.url, Options{HTTP2: true}},
		"agreeing on TLS, too": {secure, Options{HTTP2: true}},
	} {
		for how, want := range map[string]error{"cancelled": context.Canceled, "timed out": context.DeadlineExceeded, "deadline alone": context.DeadlineExceeded} {
			t.Run(name+" "+how, func(t *testing.T) {
				ctx, cancel := soonOver(t, how, 30*time.Millisecond)
				defer cancel()
				c := client(t, test.options)
				var a Answer
				err := c.Do(ctx, prepare(t, c, "GET", test.url, nil, ""), 0, &a)
				stage, _, _ := strings.Cut(name, ",")
				if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), stage) {
					t.Errorf("got the error %v, want %v while %s", err, want, stage)
				}
			})
		}
	}
}

// backlogged is a url whose server accepts nothing and has no room for those who
// wait to be: connections to it hang.
func backlogged(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	raw, err := l.(*net.TCPListener).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	_ = raw.Control(func(fd uintptr) { err = syscall.Listen(int(fd), 0) })
	for range 10 {
		c, err := net.DialTimeout("tcp", l.Addr().String(), 100*time.Millisecond)
		if err != nil {
			return "http://" + l.Addr().String()
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	t.Skip("this system takes connections that nobody accepts")
	return ""
}
