package httpclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
)

// serveFrames serves HTTP/2 on a connection and calls handle for every HEADERS
// frame, with its number on the connection.
func serveFrames(c net.Conn, handle func(framer *http2.Framer, stream uint32, number int)) {
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	framer := http2.NewFramer(c, c)
	_ = framer.WriteSettings()
	for number := 1; ; {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.PingFrame:
			if !frame.IsAck() {
				_ = framer.WritePing(true, frame.Data)
			}
		case *http2.HeadersFrame:
			handle(framer, frame.StreamID, number)
			number++
		}
	}
}

func answer200(framer *http2.Framer, stream uint32) {
	const status200 = 0x88 // in HPACK
	_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: []byte{status200}, EndStream: true,
		EndHeaders: true})
}

// A bufferedPipe accepts writes before they are read, as a network does.
type bufferedPipe struct {
	net.Conn
	written chan []byte
	closed  chan struct{}
}

func newBufferedPipe(c net.Conn) *bufferedPipe {
	p := &bufferedPipe{c, make(chan []byte, 100), make(chan struct{})}
	go func() {
		for {
			select {
			case data := <-p.written:
				_, _ = c.Write(data)
			case <-p.closed:
				return
			}
		}
	}()
	return p
}

func (p *bufferedPipe) Write(data []byte) (int, error) {
	select {
	case p.written <- bytes.Clone(data):
		return len(data), nil
	case <-p.closed:
		return 0, net.ErrClosed
	}
}

func (p *bufferedPipe) Close() error {
	close(p.closed)
	return p.Conn.Close()
}

// getWithin sends a request with a timeout.
func getWithin(t *testing.T, c *Client, url string, timeout time.Duration) (Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	var a Response
	err := c.Do(ctx, prepare(t, c, "GET", url, nil, ""), 0, &a)
	return a, err
}

// A connection that died silently costs the requests in progress; the next
// request opens another.
func TestHTTP2DeadConnectionIsReplaced(t *testing.T) {
	var conns atomic.Int64
	dead := make(chan struct{})
	s := serveRaw(t, func(c *net.TCPConn) {
		first := conns.Add(1) == 1
		serveFrames(c, func(framer *http2.Framer, stream uint32, number int) {
			if first && number > 1 {
				<-dead // from now on nothing is read or sent
			}
			answer200(framer, stream)
		})
	})
	defer close(dead)
	c := client(t, Options{HTTP2: true, KeepAlive: true})
	mustGet(t, c, s.url)
	const together = 5
	var all sync.WaitGroup
	for range together {
		all.Go(func() {
			_, err := getWithin(t, c, s.url, 2*minSilence)
			wantClass(t, err, ClassTimeout, "waiting for the answer")
		})
	}
	all.Wait()
	for i := range 3 {
		a, err := getWithin(t, c, s.url, testTimeout)
		if err != nil || a.Connected != (i == 0) {
			t.Errorf("request %d after the death: connected: %v, error %v", i, a.Connected, err)
		}
	}
	if n := s.accepted.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// A request that times out does not end a connection on which other requests
// get their responses.
func TestHTTP2SlowAnswerKeepsItsConnection(t *testing.T) {
	hang := make(chan struct{})
	s := serveHTTP2(t, false, 0, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}
	})
	defer close(hang)
	c := client(t, Options{HTTP2: true, KeepAlive: true})
	mustGet(t, c, s.URL)
	over := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
				mustGet(t, c, s.URL)
			}
		}
	})
	_, err := getWithin(t, c, s.URL+"/hang", 3*minSilence)
	close(over)
	all.Wait()
	wantClass(t, err, ClassTimeout, "waiting for the answer")
	if a := mustGet(t, c, s.URL); a.Connected || s.accepted.Load() != 1 {
		t.Errorf("connected: %v, %d connections; want the first one reused", a.Connected, s.accepted.Load())
	}
}

// A silent connection is sent a ping and closed if the server does not answer
// it. A slow server answers it.
func TestHTTP2Ping(t *testing.T) {
	for name, test := range map[string]struct {
		alive bool
		took  time.Duration
		lost  bool
	}{
		"dead":  {false, pingAfter + pingTimeout, true},
		"alive": {true, time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, piped := net.Pipe()
				theirs := newBufferedPipe(piped)
				go serveFrames(theirs, func(_ *http2.Framer, stream uint32, _ int) {
					if !test.alive {
						_, _ = io.Copy(io.Discard, theirs) // discard input, like a middlebox
						return
					}
					go func() {
						time.Sleep(time.Minute)
						answer200(http2.NewFramer(theirs, nil), stream) // a second framer; the first one answers pings
					}()
				})
				conn := newHTTP2Conn(newHTTP2Wire(ours), nil)
				if err := conn.begin(); err != nil {
					t.Fatal(err)
				}
				defer conn.close()
				defer theirs.Close()
				r, err := Options{HTTP2: true}.NewRequest("GET", "http://known.to.the.pipe/", nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				err = conn.exchange(t.Context(), r, 0, 0, new(Response))
				if took := time.Since(start); took != test.took {
					t.Errorf("it took %v, want %v", took, test.took)
				}
				if lost := errors.Is(err, errLost); lost != test.lost {
					t.Errorf("error %v, lost: %v, want %v", err, lost, test.lost)
				}
				if test.lost && classHTTP2(err) != ClassReset {
					t.Errorf("error %v has the class %s, want %s", err, classHTTP2(err), ClassReset)
				}
			})
		})
	}
}

// A connection without requests answers pings, and notices that it has ended.
func TestHTTP2IdleConnectionIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, piped := net.Pipe()
		theirs := newBufferedPipe(piped)
		asked := [8]byte{1, 2, 3}
		answered := make(chan [8]byte, 1)
		go func() {
			if _, err := io.ReadFull(theirs, make([]byte, len(http2.ClientPreface))); err != nil {
				return
			}
			framer := http2.NewFramer(theirs, theirs)
			_ = framer.WriteSettings()
			for {
				frame, err := framer.ReadFrame()
				if err != nil {
					return
				}
				if ping, ok := frame.(*http2.PingFrame); ok && ping.IsAck() {
					answered <- ping.Data
				} else if ok {
					_ = framer.WritePing(true, ping.Data)
				}
			}
		}()
		conn := newHTTP2Conn(newHTTP2Wire(ours), nil)
		if err := conn.begin(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pingAfter + watchAfter)
		_ = http2.NewFramer(theirs, nil).WritePing(false, asked)
		if got := <-answered; got != asked {
			t.Errorf("the answer to the ping has %v, want %v", got, asked)
		}
		time.Sleep(time.Minute) // with pings of our own
		if !conn.accepts.Load() {
			t.Error("the connection has ended though the server answers pings")
		}
		_ = theirs.Close()
		synctest.Wait()
		if conn.accepts.Load() {
			t.Error("the connection's end was not noticed")
		}
	})
}
