package httpclient

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// loop returns an event loop that is closed when the test ends.
func loop(t testing.TB, c *Client) *EventLoop {
	t.Helper()
	l, err := c.NewEventLoop()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// A loopKind is a kind of event loop and of its connections.
type loopKind struct {
	batches bool // all of its calls, if the system can, or none
	secure  bool // over TLS
}

// String names it.
func (k loopKind) String() string {
	name := map[bool]string{false: "epoll", true: "io_uring"}[k.batches]
	if k.secure {
		name += " over TLS"
	}
	return name
}

// loop returns an event loop of the kind.
func (k loopKind) loop(t testing.TB, c *Client) *EventLoop {
	l := loop(t, c)
	if k.batches && mayBatch {
		l.startBatching()
	}
	if l.batch != nil {
		l.batchFrom = 1
	}
	return l
}

// reach returns the URL of a server for the kind's connections, and whom to trust.
func (k loopKind) reach(t testing.TB, s *rawServer) (url string, trust *tls.Config) {
	if k.secure {
		return relayTLS(t, s)
	}
	return s.url, nil
}

// eachLoop runs a test with loops of each kind.
func eachLoop(t *testing.T, test func(t *testing.T, k loopKind)) {
	for _, k := range []loopKind{{}, {batches: true}, {secure: true}, {batches: true, secure: true}} {
		t.Run(k.String(), func(t *testing.T) { test(t, k) })
	}
}

// loopDo is Client.Do by an event loop, over an idle connection. It reports
// whether the loop did all of it.
func loopDo(ctx context.Context, t testing.TB, l *EventLoop, r *Request, a *Response) (looped bool, err error) {
	t.Helper()
	x := l.Attach(r, "owner")
	if x == nil {
		t.Fatal("there is no idle connection")
	}
	return loopDoOn(ctx, t, x, r, a)
}

// loopDoOn is loopDo over a connection of the loop.
func loopDoOn(ctx context.Context, t testing.TB, x *LoopConn, r *Request, a *Response) (looped bool, err error) {
	t.Helper()
	l := x.loop
	state := LoopStuck
	if x.Send(r, time.Now()) {
		for state = LoopWaiting; state == LoopWaiting; {
			l.Wait(testTimeout, func(owner any) {
				if owner != "owner" {
					t.Errorf("ready is called with %v", owner)
				}
				state, _ = x.Receive()
			})
		}
	}
	switch {
	case x.Detach():
		return false, l.client.Resume(ctx, x, 0, a)
	case state == LoopDone:
		*a = x.Response
		return true, nil
	default:
		return false, l.client.Do(ctx, r, 0, a)
	}
}

// goodBefore answers the first request of a connection, and lets handle do the
// rest.
func goodBefore(handle func(c *net.TCPConn)) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		if readRequest(bufio.NewReader(c)) {
			_, _ = io.WriteString(c, good)
			handle(c)
		}
	}
}

// outcome is what a caller learns of an exchange, without its times and ports. How
// much was received of a wrong answer depends on how TCP splits it.
func outcome(a Response, err error) string {
	text := "no error"
	if err != nil {
		text = ownPorts.ReplaceAllString(err.Error(), "port")
	}
	return fmt.Sprintf("%s; status %d, %d bytes, after %d that were sent %d times more, connected: %v", text, a.Status,
		a.Length, a.Sent, a.Retries, a.Connected)
}

var ownPorts = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// Law: an event loop reads every answer, valid or not, as Do does, however it
// comes, and reuses the connection after the same ones.
func TestLoopReadsAsDoes(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(map[bool]string{false: "TCP", true: "TLS"}[secure], func(t *testing.T) { testReadsAsDoes(t, secure) })
	}
}

func testReadsAsDoes(t *testing.T, secure bool) {
	all := rawAnswers()
	for how, write := range map[string]func(c net.Conn, raw string){
		"at once": func(c net.Conn, raw string) { _, _ = io.WriteString(c, raw) },
		"in three pieces": func(c net.Conn, raw string) {
			for third := len(raw)/3 + 1; raw != ""; raw = raw[min(third, len(raw)):] {
				_, _ = io.WriteString(c, raw[:min(third, len(raw))])
				time.Sleep(time.Millisecond)
			}
		},
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := serveRaw(t, func(c *net.TCPConn) {
				for in := bufio.NewReader(c); ; {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					number, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
					if err != nil {
						_, _ = io.WriteString(c, good)
						continue
					}
					write(c, all[number].raw)
					if strings.HasSuffix(r.URL.RawQuery, "last") {
						return
					}
				}
			})
			url, trust := loopKind{secure: secure}.reach(t, s)
			inParallel(all, func(i int) {
				get := func(do func(c *Client, r *Request, a *Response) error) string {
					c := New(Options{KeepAlive: true, TLS: trust})
					defer c.Close()
					mustGet(t, c, url+"/good")
					var a Response
					err := do(c, prepare(t, c, all[i].method, url+"/"+strconv.Itoa(i)+"?last", nil, ""), &a)
					return outcome(a, err)
				}
				want := get(func(c *Client, r *Request, a *Response) error { return c.Do(t.Context(), r, 0, a) })
				for _, k := range []loopKind{{batches: false}, {batches: true}} {
					got := get(func(c *Client, r *Request, a *Response) error {
						_, err := loopDo(t.Context(), t, k.loop(t, c), r, a)
						return err
					})
					if got != want {
						t.Errorf("%s\n\tDo: %s\n\t%s: %s", all[i].name, want, k, got)
					}
				}
			})
		})
	}
}

// A server that misbehaves on a connection of an event loop fails requests with the
// same errors as those of Do.
func TestFailingServersOfALoop(t *testing.T) {
	eachLoop(t, func(t *testing.T, k loopKind) {
		for name, server := range failingServers {
			if name == "closes at once" { // then the request goes over a new connection
				continue
			}
			t.Run(name, func(t *testing.T) {
				url, trust := k.reach(t, serveRaw(t, goodBefore(server.handle)))
				c := client(t, Options{KeepAlive: true, MaxBody: 1_000_000, TLS: trust})
				l := k.loop(t, c)
				mustGet(t, c, url)
				var a Response
				_, err := loopDo(t.Context(), t, l, prepare(t, c, "POST", url, nil, "x"), &a)
				wantClass(t, err, server.class, server.says)
				if l.Attach(prepare(t, c, "GET", url, nil, ""), nil) != nil {
					t.Error("the failed connection can serve another request")
				}
			})
		}
	})
}

// A request that the socket does not take at once is written on, by Resume.
func TestLoopUploads(t *testing.T) {
	read, mayRead := make(chan int64, 1), make(chan struct{}, 1)
	s := serveRaw(t, func(c *net.TCPConn) {
		for in := bufio.NewReader(c); ; {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			<-mayRead
			n, _ := io.Copy(io.Discard, r.Body)
			read <- n
			_, _ = io.WriteString(c, good)
		}
	})
	c := client(t, Options{KeepAlive: true})
	mayRead <- struct{}{}
	mustGet(t, c, s.url)
	<-read
	const size = 32 << 20
	r := prepare(t, c, "POST", s.url, nil, strings.Repeat("x", size))
	x := loop(t, c).Attach(r, nil)
	if x.Send(r, time.Now()) || !x.Detach() {
		t.Error("the socket took all at once")
	}
	mayRead <- struct{}{}
	var a Response
	err := c.Resume(t.Context(), x, 0, &a)
	wantResponse(t, "upload", a, err, 200, "")
	if n := <-read; n != size || a.Sent <= size || a.Connected {
		t.Errorf("%d bytes came, %d were sent, connected: %v", n, a.Sent, a.Connected)
	}
}

// A response that takes many reads, or more memory than a loop gives one, is the
// one that Do reads, and the connection serves the next request.
func TestLoopLeavesLongResponses(t *testing.T) {
	const length = 1 << 20
	eachLoop(t, func(t *testing.T, k loopKind) {
		s := serveRaw(t, serveAnswer(ok200+"Content-Length: "+strconv.Itoa(length)+"\r\n\r\n"+strings.Repeat("x", length)))
		url, trust := k.reach(t, s)
		c := client(t, Options{KeepAlive: true, TLS: trust})
		mustGet(t, c, url)
		l := k.loop(t, c)
		for range 3 {
			var a Response
			looped, err := loopDo(t.Context(), t, l, prepare(t, c, "GET", url, nil, ""), &a)
			if err != nil || looped || a.Length != length || a.Connected || a.Phases.FirstByte <= 0 {
				t.Fatalf("%d bytes, by the loop alone: %v, connected: %v, first byte after %v: %v", a.Length, looped,
					a.Connected, a.Phases.FirstByte, err)
			}
		}
		if got := s.accepted.Load(); got != 1 {
			t.Errorf("%d connections, want 1", got)
		}
	})
}

// An exchange that a loop has begun ends at the deadline of the context that it is
// resumed with, also if that has passed.
func TestResumeAtDeadline(t *testing.T) {
	s := serveRaw(t, goodBefore(func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) }))
	c := client(t, Options{KeepAlive: true})
	mustGet(t, c, s.url)
	l := loop(t, c)
	r := prepare(t, c, "GET", s.url, nil, "")
	x := l.Attach(r, nil)
	if !x.Send(r, time.Now()) || !x.Detach() {
		t.Fatal("the request was not sent")
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	var a Response
	wantClass(t, c.Resume(ctx, x, 0, &a), ClassTimeout, "waiting for the answer")
}

// Wake ends a wait, also one that begins later.
func TestLoopIsWoken(t *testing.T) {
	l := loop(t, client(t, Options{}))
	l.Wake()
	if n := l.Wait(testTimeout, nil); n != 1 {
		t.Errorf("%d events, want that of Wake", n)
	}
	if n := l.Wait(0, nil); n != 0 {
		t.Errorf("%d events after it, want none", n)
	}
}

// An exchange by an event loop does not allocate; over TLS, as little as one of
// crypto/tls alone.
func TestLoopAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates")
	}
	eachLoop(t, func(t *testing.T, k loopKind) {
		s, trust, want := serveRaw(t, staticAnswer(usual)), (*tls.Config)(nil), 0.0
		if k.secure {
			s, trust = serveRawTLS(t, tls.VersionTLS13, func(c tlsConn) { answerAll(c, []byte(usual)) })
			want = allocationsOfTLS(t, s.address, trust)
		}
		c := client(t, Options{KeepAlive: true, MaxBody: 1 << 20, TLS: trust})
		wantAllocations(t, "loop", want, repeatedLoop(t, c, k.loop(t, c), s.url))
	})
}

// repeatedLoop returns a function that sends a request over a connection of a loop,
// and reads the response.
func repeatedLoop(t testing.TB, c *Client, l *EventLoop, url string) func() {
	r := prepare(t, c, "GET", url, nil, "")
	mustGet(t, c, url)
	x := l.Attach(r, nil)
	t.Cleanup(func() { x.Detach() })
	var state LoopState
	ready := func(any) { state, _ = x.Receive() }
	return func() {
		if !x.Send(r, time.Now()) {
			t.Fatal("the request was not sent")
		}
		for state = LoopWaiting; state == LoopWaiting; {
			l.Wait(testTimeout, ready)
		}
		if state != LoopDone || x.Response.Length != 12 {
			t.Fatalf("state %d, %d bytes", state, x.Response.Length)
		}
	}
}

// BenchmarkLoop is BenchmarkDo by an event loop.
func BenchmarkLoop(b *testing.B) {
	s := serveRaw(b, staticAnswer(usual))
	c := client(b, Options{KeepAlive: true})
	do := repeatedLoop(b, c, loop(b, c), s.url)
	b.ReportAllocs()
	for b.Loop() {
		do()
	}
}
