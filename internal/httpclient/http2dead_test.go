package httpclient

import (
	"bytes"
	"context"
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

// framesOf serves HTTP/2 on a connection: handle is given every frame of headers,
// with its number on the connection.
func framesOf(c net.Conn, handle func(framer *http2.Framer, stream uint32, number int)) {
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
	_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: []byte{status200}, EndStream: true, EndHeaders: true})
}

// A patientPipe takes what is written before it is read, as a network does.
type patientPipe struct {
	net.Conn
	written chan []byte
	closed  chan struct{}
}

func newPatientPipe(c net.Conn) *patientPipe {
	p := &patientPipe{c, make(chan []byte, 100), make(chan struct{})}
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

func (p *patientPipe) Write(data []byte) (int, error) {
	select {
	case p.written <- bytes.Clone(data):
		return len(data), nil
	case <-p.closed:
		return 0, net.ErrClosed
	}
}

func (p *patientPipe) Close() error {
	close(p.closed)
	return p.Conn.Close()
}

// within makes a request that has so long.
func within(t *testing.T, c *Client, url string, timeout time.Duration) (Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	var a Response
	err := c.Do(ctx, prepare(t, c, "GET", url, nil, ""), 0, &a)
	return a, err
}

// A connection that has died without a word costs the requests that are under way
// over it; the next one makes another.
func TestHTTP2DeadConnectionIsLeft(t *testing.T) {
	var conns atomic.Int64
	dead := make(chan struct{})
	s := serveRaw(t, func(c *net.TCPConn) {
		first := conns.Add(1) == 1
		framesOf(c, func(framer *http2.Framer, stream uint32, number int) {
			if first && number > 1 {
				<-dead // nothing is read any more, nor said
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
			_, err := within(t, c, s.url, 2*minSilence)
			wantClass(t, err, ClassTimeout, "waiting for the answer")
		})
	}
	all.Wait()
	for i := range 3 {
		a, err := within(t, c, s.url, patience)
		if err != nil || a.Connected != (i == 0) {
			t.Errorf("request %d after the death: connected: %v, error %v", i, a.Connected, err)
		}
	}
	if n := s.accepted.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// A request that takes too long says nothing about its connection, where others
// get their answers.
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
	_, err := within(t, c, s.URL+"/hang", 3*minSilence)
	close(over)
	all.Wait()
	wantClass(t, err, ClassTimeout, "waiting for the answer")
	if a := mustGet(t, c, s.URL); a.Connected || s.accepted.Load() != 1 {
		t.Errorf("connected again: %v, %d connections", a.Connected, s.accepted.Load())
	}
}

// A connection on which nothing comes is asked with a ping, and ended if that is
// not answered. A server that only takes its time answers it.
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
				theirs := newPatientPipe(piped)
				go framesOf(theirs, func(_ *http2.Framer, stream uint32, _ int) {
					if !test.alive {
						_, _ = io.Copy(io.Discard, theirs) // what comes is taken, as by a middlebox
						return
					}
					go func() {
						time.Sleep(time.Minute)
						answer200(http2.NewFramer(theirs, nil), stream) // beside the one that answers pings
					}()
				})
				conn, err := speakHTTP2(&settingsConn{Conn: ours, settled: make(chan struct{})})
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				defer theirs.Close()
				request, err := http.NewRequestWithContext(t.Context(), "GET", "http://known.to.the.stream/", nil)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				answer, err := conn.RoundTrip(request)
				if err == nil {
					_ = answer.Body.Close()
				}
				if took := time.Since(began); took != test.took {
					t.Errorf("it took %v, want %v", took, test.took)
				}
				if lost := err != nil && isLost(err) && classHTTP2(err) == ClassReset; lost != test.lost {
					t.Errorf("error %v, lost: %v, want %v", err, lost, test.lost)
				}
			})
		})
	}
}
