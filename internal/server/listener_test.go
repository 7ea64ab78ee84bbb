package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// The listener accepts as many connections as its limit; closing one, however
// often, frees one slot.
func TestLimit(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limitConnections(inner, 2)
	accepted := make(chan net.Conn)
	ended := make(chan error)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				ended <- err
				return
			}
			accepted <- conn
		}
	}()
	for range 4 {
		client, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
	}
	first, second := <-accepted, <-accepted
	if len(l.slots) != 2 {
		t.Errorf("%d slots are used", len(l.slots))
	}
	select {
	case <-accepted:
		t.Error("a third connection got a slot")
	default:
	}
	_, _ = first.Close(), first.Close()
	third := <-accepted
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) { // it waited for a slot
		t.Errorf("Accept: %v", err)
	}
	_, _ = second.Close(), third.Close()
	if len(l.slots) != 0 {
		t.Errorf("%d slots are used after all connections were closed", len(l.slots))
	}
}

// An endlessUpdates has a run with an endless, immediate sequence of updates.
type endlessUpdates struct {
	Runs
	sent map[string]*atomic.Int64
}

func (h endlessUpdates) Get(_ context.Context, id string) (aurea.Run, error) {
	return aurea.Run{ID: id, Status: aurea.StatusRunning}, nil
}

func (h endlessUpdates) Watch(ctx context.Context, id string, _ int64) iter.Seq2[aurea.Update, error] {
	return func(yield func(aurea.Update, error) bool) {
		for n := int64(1); ctx.Err() == nil; n++ {
			h.sent[id].Add(1)
			if !yield(aurea.Update{ID: n, Kind: aurea.UpdateProgress, Run: aurea.Run{Progress: &aurea.RunProgress{}}},
				nil) {
				return
			}
		}
	}
}

// On a real network too, a client that does not read is detected as soon as its
// own receive buffer is full: the service's send buffer, which would grow to
// megabytes, takes little.
func TestStuckReaderIsDetected(t *testing.T) {
	h := endlessUpdates{sent: map[string]*atomic.Int64{"stuck": {}, "read": {}}}
	s := httptest.NewUnstartedServer(New(newOptions(h)))
	s.Config.ConnContext = withConnection
	s.Listener = limitConnections(s.Listener, 10)
	s.Start()
	defer s.Close()
	dial := func(id string) net.Conn {
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).SetReadBuffer(smallWriteBuffer); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, getEvents(id)); err != nil {
			t.Fatal(err)
		}
		return conn
	}
	stuck, read := dial("stuck"), dial("read")
	defer stuck.Close()
	defer read.Close()
	for lines := bufio.NewReader(read); h.sent["read"].Load() < 5_000 || h.sent["stuck"].Load() == 0; {
		if _, err := lines.ReadSlice('\n'); err != nil {
			t.Fatal(err)
		}
	}
	// The window that was open before the client's buffer got small has 64 KiB,
	// and the last segment in the send buffer may have as many.
	const event, most = 148, 256 << 10
	if n := h.sent["stuck"].Load() * event; n > most {
		t.Errorf("the systems buffered %d bytes for a client that does not read, want at most %d", n, most)
	}
}
