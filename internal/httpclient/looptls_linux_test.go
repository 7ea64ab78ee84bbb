package httpclient

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Bytes after a response are never the next response for a loop either: the
// connection serves no other request.
func TestLeftoverOfALoopIsDiscarded(t *testing.T) {
	eachLoop(t, func(t *testing.T, k loopKind) {
		if !k.secure {
			return
		}
		for name, test := range leftovers {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				written := make(chan struct{}, 1)
				s, trust := serveRawTLS(t, tls.VersionTLS13, func(c tlsConn) {
					countRequests(c, func(number int) {
						if number != 1 {
							c.writeRecords(good)
							return
						}
						more := test.say(c)
						written <- struct{}{}
						if more != nil {
							more()
						}
					})
				})
				c := client(t, Options{KeepAlive: true, TLS: trust})
				mustGet(t, c, s.url)
				r := prepare(t, c, "GET", s.url, nil, "")
				l := k.loop(t, c)
				var a Response
				if looped, err := loopDo(t.Context(), t, l, r, &a); !looped || err != nil || a.Length != int64(len(test.body)) {
					t.Fatalf("by the loop: %v, %d bytes, want %q: %v", looped, a.Length, test.body, err)
				}
				<-written
				if x := l.Attach(r, nil); x != nil {
					if x.Send(r, time.Now()) {
						t.Error("the connection serves another request")
					}
					x.Detach()
				}
				if a = mustGet(t, c, s.url); string(a.Body) != "good" || !a.Connected {
					t.Errorf("the next response is %q, connected: %v", a.Body, a.Connected)
				}
			})
		}
	})
}

// A request over TLS that the socket does not take at once is written on by Resume.
func TestLoopUploadsOverTLS(t *testing.T) {
	mayRead, read := make(chan struct{}), make(chan struct{}, 10_000)
	s, trust := serveRawTLS(t, tls.VersionTLS13, func(c tlsConn) {
		countRequests(c, func(number int) {
			c.writeRecords(good)
			if number == 0 {
				<-mayRead
			}
			read <- struct{}{}
		})
	})
	c := client(t, Options{KeepAlive: true, TLS: trust})
	l := loop(t, c)
	large := prepare(t, c, "POST", s.url, nil, strings.Repeat("x", smallRequest-500))
	mustGet(t, c, s.url)
	x := l.Attach(large, nil)
	sent := 1
	for x.Send(large, time.Now()) { // until the buffers of both sides are full
		sent++
	}
	if len(x.unsent()) == 0 || !x.Detach() {
		t.Fatal("the socket took all")
	}
	close(mayRead)
	var a Response
	if err := c.Resume(t.Context(), x, 0, &a); err != nil || a.Status != 200 || a.Connected {
		t.Errorf("status %d, connected: %v: %v", a.Status, a.Connected, err)
	}
	for range sent + 1 {
		<-read
	}
}

// What a loop has left unsent below TLS leaves before anything else.
func TestRecordsStayInOrder(t *testing.T) {
	received := make(chan string, 1)
	s := serveRaw(t, func(c *net.TCPConn) {
		all, _ := io.ReadAll(c)
		received <- string(all)
	})
	socket, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	r := recordConn{socket: socket.(*net.TCPConn), queue: []byte("first, ")}
	for _, next := range []string{"second, ", "third"} {
		if n, err := r.Write([]byte(next)); n != len(next) || err != nil {
			t.Fatalf("%d bytes are written: %v", n, err)
		}
	}
	_ = socket.Close()
	if got := <-received; got != "first, second, third" {
		t.Errorf("the server received %q", got)
	}
}

// A request that is larger than a loop encrypts at once is left to Do.
func TestLoopLeavesLargeRequestsOverTLS(t *testing.T) {
	s, trust := serveRawTLS(t, tls.VersionTLS13, func(c tlsConn) { countRequests(c, func(int) { c.writeRecords(good) }) })
	c := client(t, Options{KeepAlive: true, TLS: trust})
	mustGet(t, c, s.url)
	larger := prepare(t, c, "POST", s.url, nil, strings.Repeat("x", smallRequest+1))
	if x := loop(t, c).Attach(larger, nil); x.Send(larger, time.Now()) || x.Detach() {
		t.Errorf("the loop has begun a request of %d bytes", len(larger.wire))
	}
	var a Response
	if err := c.Do(t.Context(), larger, 0, &a); err != nil || a.Connected {
		t.Errorf("Do: connected: %v: %v", a.Connected, err)
	}
}

// What TLS has to say while a loop receives, such as to a new key, is sent then.
func TestLoopSendsForTLS(t *testing.T) {
	said := make(chan string, 2)
	s, trust := serveRawTLS(t, tls.VersionTLS13, func(c tlsConn) {
		buffer := make([]byte, 1000)
		for {
			n, err := c.Read(buffer)
			if err != nil {
				return
			}
			said <- string(buffer[:n])
			c.writeRecords(good)
		}
	})
	eachLoop(t, func(t *testing.T, k loopKind) {
		if !k.secure {
			return
		}
		c := client(t, Options{KeepAlive: true, TLS: trust})
		mustGet(t, c, s.url)
		<-said
		r := prepare(t, c, "GET", s.url, nil, "")
		x := k.loop(t, c).Attach(r, "owner")
		if !x.Send(r, time.Now()) {
			t.Fatal("the request is not sent")
		}
		if got := <-said; got != string(r.wire) {
			t.Errorf("the server received %q", got)
		}
		x.secure.Conn = talkativeConn{x.secure.Conn}
		for state := LoopWaiting; state == LoopWaiting; {
			x.loop.Wait(testTimeout, func(any) { state, _ = x.Receive() })
		}
		if got := <-said; got != "more" {
			t.Errorf("the server received %q then, want what TLS had to say", got)
		}
		x.Detach()
	})
}

// A talkativeConn writes before it reads.
type talkativeConn struct{ net.Conn }

func (c talkativeConn) Read(p []byte) (int, error) {
	_, _ = io.WriteString(c.Conn, "more")
	return c.Conn.Read(p)
}

// A connection that leaves a loop before it has read what a batch received is read
// by a goroutine.
func TestResumeReadsWhatABatchReceived(t *testing.T) {
	s, trust := serveRawTLS(t, tls.VersionTLS13, func(c tlsConn) { countRequests(c, func(int) { c.writeRecords(good) }) })
	c := client(t, Options{KeepAlive: true, TLS: trust})
	l := loopKind{batches: true, secure: true}.loop(t, c)
	if l.batch == nil {
		return // the race detector, or the system, has no batches
	}
	r := prepare(t, c, "GET", s.url, nil, "")
	mustGet(t, c, s.url)
	x := l.Attach(r, "owner")
	if !x.Send(r, time.Now()) {
		t.Fatal("the request is not sent")
	}
	for begun := false; !begun; {
		l.Wait(testTimeout, func(any) { begun = x.secure.below.ahead.holds() && x.Detach() })
	}
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	defer cancel()
	var a Response
	err := c.Resume(ctx, x, 0, &a)
	wantResponse(t, "resumed", a, err, 200, "")
	if a.Status != 200 || a.Connected {
		t.Errorf("status %d, connected: %v", a.Status, a.Connected)
	}
}
