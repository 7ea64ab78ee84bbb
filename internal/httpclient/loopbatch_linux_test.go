package httpclient

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// attachAll returns connections of a loop, each with its own owner: an int. Those
// over TLS were opened by Do.
func attachAll(t testing.TB, c *Client, l *EventLoop, r *Request, n int) (conns []*LoopConn) {
	t.Helper()
	join := l.Open
	if r.target.secure {
		join = l.Attach
	}
	for i := range n {
		if r.target.secure {
			if err := c.Do(t.Context(), r, 0, new(Response)); err != nil {
				t.Fatal(err)
			}
		}
		x := join(r, i)
		if x == nil {
			t.Fatal("the loop gets no connection")
		}
		conns = append(conns, x)
	}
	t.Cleanup(func() {
		for _, x := range conns {
			if x.Detach() {
				_ = c.Resume(t.Context(), x, 0, new(Response))
			}
		}
	})
	return conns
}

// Law: each of many connections gets the responses to its own requests, in their
// order, however many of them are ready at once.
func TestLoopServesManyConnections(t *testing.T) {
	eachLoop(t, func(t *testing.T, k loopKind) {
		const conns, requests = 50, 40
		var mu sync.Mutex
		asked := map[string]int{}
		s := serveRaw(t, func(c *net.TCPConn) {
			for in := bufio.NewReader(c); ; {
				r, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				mu.Lock()
				asked[r.URL.Path]++
				mu.Unlock()
				body := strings.Repeat("x", len(r.URL.Path))
				_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			}
		})
		url, trust := k.reach(t, s)
		c := client(t, Options{KeepAlive: true, TLS: trust})
		l := k.loop(t, c)
		path := func(conn, n int) string { // its length is the connection's
			return fmt.Sprintf("/%03d%s", n, strings.Repeat("x", conn))
		}
		all := attachAll(t, c, l, prepare(t, c, "GET", url, nil, ""), conns)
		sent, left := make([]int, conns), conns*requests
		send := func(i int) {
			if sent[i]++; sent[i] <= requests && !all[i].Send(prepare(t, c, "GET", url+path(i, sent[i]), nil, ""), time.Now()) {
				t.Fatalf("connection %d does not send request %d", i, sent[i])
			}
		}
		for i := range conns {
			send(i)
		}
		for left > 0 {
			l.Wait(testTimeout, func(owner any) {
				i := owner.(int)
				switch state, _ := all[i].Receive(); state {
				case LoopStuck:
					t.Fatalf("connection %d is stuck after %d requests", i, sent[i])
				case LoopDone:
					if got, want := all[i].Response.Length, int64(len(path(i, sent[i]))); got != want {
						t.Errorf("connection %d received %d bytes, want %d", i, got, want)
					}
					left--
					send(i)
				}
			})
		}
		mu.Lock()
		defer mu.Unlock()
		for i := range conns {
			for n := range requests {
				if times := asked[path(i, n+1)]; times != 1 {
					t.Errorf("request %d of connection %d came %d times", n+1, i, times)
				}
			}
		}
	})
}

// A loop batches its calls where the client may, and the system can.
func TestLoopSaysHowItCalls(t *testing.T) {
	batch, err := platform.NewSocketBatch()
	if err == nil {
		batch.Close()
	}
	want := map[bool]string{true: "epoll", false: "epoll"}
	if err == nil && mayBatch {
		want[true] = "io_uring"
	}
	for may, want := range want {
		if got := loop(t, client(t, Options{Batch: may})).IO(); got != want {
			t.Errorf("with Batch %v it calls by %s, want %s (%v)", may, got, want, err)
		}
	}
}

// A request of a batch that the socket does not take at once is written on, by
// Resume, and so is the last one before a Detach.
func TestLoopUploadsInABatch(t *testing.T) {
	const size = 32 << 20
	read := make(chan int64, 1)
	s := serveRaw(t, func(c *net.TCPConn) {
		for in := bufio.NewReader(c); ; {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			n, _ := io.Copy(io.Discard, r.Body)
			if n > 0 {
				read <- n
			}
			_, _ = io.WriteString(c, good)
		}
	})
	for _, k := range []loopKind{{batches: false}, {batches: true}} {
		c := client(t, Options{KeepAlive: true})
		l := k.loop(t, c)
		small, large := prepare(t, c, "GET", s.url, nil, ""), prepare(t, c, "POST", s.url, nil, strings.Repeat("x", size))
		for name, detachAtOnce := range map[string]bool{"when the loop sees it": false, "at once": true} {
			x := l.Open(small, nil)
			if !x.Send(small, time.Now()) {
				t.Fatal("the small request is not sent")
			}
			for detached := false; !detached; {
				l.Wait(testTimeout, func(any) {
					state, _ := x.Receive()
					if state == LoopDone {
						state = LoopWaiting
						if !x.Send(large, time.Now()) || detachAtOnce {
							state = LoopStuck
						}
					}
					if state == LoopStuck {
						detached = x.Detach()
					}
				})
			}
			var a Response
			err := c.Resume(t.Context(), x, 0, &a)
			wantResponse(t, name, a, err, 200, "")
			if n := <-read; n != size || a.Sent <= size {
				t.Errorf("%s: %d bytes came, %d were sent", name, n, a.Sent)
			}
		}
	}
}

// The end of a connection is seen, though the request that it gets leaves only after
// the event of its end.
func TestLoopSeesTheEndBeforeTheRequest(t *testing.T) {
	for _, k := range []loopKind{{batches: false}, {batches: true}} {
		connections := make(chan *net.TCPConn, 2)
		s := serveRaw(t, func(c *net.TCPConn) {
			connections <- c
			_, _ = io.Copy(io.Discard, c)
		})
		c := client(t, Options{KeepAlive: true})
		l := k.loop(t, c)
		r := prepare(t, c, "GET", s.url, nil, "")
		all := attachAll(t, c, l, r, 2)
		var served [2]*net.TCPConn
		for i, x := range all {
			if !x.Send(r, time.Now()) {
				t.Fatal("the request is not sent")
			}
			served[i] = <-connections
			for x.connecting {
				l.Wait(testTimeout, func(any) { x.Receive() })
			}
		}
		_, _ = io.WriteString(served[1], good)
		for state := LoopWaiting; state != LoopDone; {
			l.Wait(testTimeout, func(any) { state, _ = all[1].Receive() })
		}
		_, _ = io.WriteString(served[0], good)
		time.Sleep(10 * time.Millisecond)
		_ = served[1].CloseWrite() // it still reads, so the request is not refused
		time.Sleep(10 * time.Millisecond)
		var states []LoopState
		l.Wait(testTimeout, func(owner any) {
			state, _ := all[owner.(int)].Receive()
			if states = append(states, state); owner == 0 {
				all[1].quiet, all[1].idle = trustedAfter, now() // it is not probed
				if !all[1].Send(r, time.Now()) {
					t.Error("the second request is not sent")
				}
			}
		})
		if want := []LoopState{LoopDone, LoopStuck}; !slices.Equal(states, want) {
			t.Errorf("%s: the states are %v, want %v", k, states, want)
		}
		_ = served[1].Close()
	}
}

// BenchmarkLoopOfMany is a request over each of 50 connections of a loop.
func BenchmarkLoopOfMany(b *testing.B) {
	for _, k := range []loopKind{{}, {batches: true}, {secure: true}, {batches: true, secure: true}} {
		b.Run(k.String(), func(b *testing.B) {
			url, trust := k.reach(b, serveRaw(b, staticAnswer(usual)))
			c := client(b, Options{KeepAlive: true, TLS: trust})
			l := k.loop(b, c)
			r := prepare(b, c, "GET", url, nil, "")
			all := attachAll(b, c, l, r, 50)
			b.ReportAllocs()
			for b.Loop() {
				left := 0
				for _, x := range all {
					if !x.Send(r, time.Now()) {
						b.Fatal("a request is not sent")
					}
					left++
				}
				for left > 0 {
					l.Wait(testTimeout, func(owner any) {
						if state, _ := all[owner.(int)].Receive(); state == LoopDone {
							left--
						}
					})
				}
			}
		})
	}
}
