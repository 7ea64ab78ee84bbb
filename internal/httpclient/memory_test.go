package httpclient

import (
	"context"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
)

// A connection that waits for a response takes at most 8 KiB, with the
// goroutine that waits: 10,000 of them are no burden.
func TestWaitingConnectionsAreSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector needs memory of its own")
	}
	const connections, limit = 500, 8 << 10
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, Options{KeepAlive: true})
	r := prepare(t, c, "GET", "http://"+l.Addr().String(), nil, "")
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	before := memoryInUse()
	for range connections {
		waiting.Go(func() {
			var a Response
			_ = c.Do(ctx, r, 0, &a)
		})
	}
	request := make([]byte, len(r.wire))
	for range connections {
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		if _, err := io.ReadFull(server, request); err != nil {
			t.Fatal(err)
		}
	}
	if each := (memoryInUse() - before) / connections; each > limit {
		t.Errorf("a waiting connection takes %d bytes, want at most %d", each, limit)
	}
	cancel()
	waiting.Wait()
	_ = l.Close()
}

// memoryInUse returns the bytes of live objects and of stacks.
func memoryInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
