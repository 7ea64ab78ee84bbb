package platform

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// eachBatch runs a test with a batch of io_uring, and with one that has failed.
func eachBatch(t *testing.T, test func(t *testing.T, b *SocketBatch)) {
	for name, failed := range map[string]bool{"io_uring": false, "one by one": true} {
		t.Run(name, func(t *testing.T) {
			b, err := NewSocketBatch()
			if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) {
				t.Logf("this system has none: %v", err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(b.Close)
			b.failed = failed
			test(t, b)
			if b.failed != failed {
				t.Error("the ring failed")
			}
		})
	}
}

// socketPair returns two connected sockets that do not block.
func socketPair(t testing.TB) (here, there int) {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = unix.Close(pair[0]), unix.Close(pair[1]) })
	return pair[0], pair[1]
}

// Law: the calls of a batch are made in their order, each with its own result.
func TestSocketBatchMakesItsCalls(t *testing.T) {
	eachBatch(t, func(t *testing.T, b *SocketBatch) {
		for n := range MaxBatch/2 + 1 { // of each kind
			var sent, received [][]byte
			for i := range n {
				here, there := socketPair(t)
				sent = append(sent, bytes.Repeat([]byte{byte('a' + i)}, i+1))
				received = append(received, make([]byte, 64))
				b.Add(SocketCall{FD: here, Send: true, Data: sent[i], Tag: int32(i)})
				b.Add(SocketCall{FD: there, Data: received[i], Tag: int32(-i)})
			}
			if b.Len() != 2*n {
				t.Errorf("%d calls are in it, want %d", b.Len(), 2*n)
			}
			calls := b.Submit()
			for i := range n {
				send, receive := calls[2*i], calls[2*i+1]
				if send.N != i+1 || send.Err != nil || send.Tag != int32(i) {
					t.Errorf("of %d calls, number %d sent %d bytes for %d: %v", 2*n, 2*i, send.N, send.Tag, send.Err)
				}
				if !bytes.Equal(received[i][:receive.N], sent[i]) || receive.Err != nil || receive.Tag != int32(-i) {
					t.Errorf("of %d calls, number %d received %q for %d: %v", 2*n, 2*i+1, received[i][:receive.N],
						receive.Tag, receive.Err)
				}
			}
			if len(calls) != 2*n || b.Len() != 0 {
				t.Errorf("%d calls were made, want %d, and %d are left", len(calls), 2*n, b.Len())
			}
		}
	})
}

// A call that cannot be made, or would wait, fails as the system call does, and the
// calls after it are made.
func TestSocketBatchOfFailingCalls(t *testing.T) {
	full, _ := socketPair(t)
	for err := error(nil); err == nil; {
		_, err = unix.Write(full, make([]byte, 1<<16))
	}
	empty, _ := socketPair(t)
	left, gone := socketPair(t)
	if err := unix.Shutdown(gone, unix.SHUT_RDWR); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		call SocketCall
		want error
	}{
		{"send to a full socket", SocketCall{FD: full, Send: true, Data: []byte("x")}, unix.EAGAIN},
		{"receive from an empty socket", SocketCall{FD: empty, Data: make([]byte, 8)}, unix.EAGAIN},
		{"send to a closed connection", SocketCall{FD: left, Send: true, Data: []byte("x")}, unix.EPIPE},
		{"receive from a closed connection", SocketCall{FD: left, Data: make([]byte, 8)}, nil},
		{"not a file", SocketCall{FD: 1 << 20, Send: true, Data: []byte("x")}, unix.EBADF},
		{"receive from what is not a file", SocketCall{FD: 1 << 20, Data: make([]byte, 8)}, unix.EBADF},
	}
	eachBatch(t, func(t *testing.T, b *SocketBatch) {
		here, there := socketPair(t)
		for _, test := range tests {
			b.Add(test.call)
		}
		b.Add(SocketCall{FD: here, Send: true, Data: []byte("after")})
		b.Add(SocketCall{FD: there, Data: make([]byte, 8)})
		calls := b.Submit()
		for i, test := range tests {
			if got := calls[i]; got.N != 0 || !errors.Is(got.Err, test.want) {
				t.Errorf("%s: %d bytes, %v; want %v", test.name, got.N, got.Err, test.want)
			}
		}
		if last := calls[len(tests)+1]; string(last.Data[:last.N]) != "after" {
			t.Errorf("after them, %q was received: %v", last.Data[:last.N], last.Err)
		}
	})
}

// A ring that fails makes no call twice: those it has made are not made again, and
// the others are made alone.
func TestSocketBatchFails(t *testing.T) {
	b, err := NewSocketBatch()
	if err != nil {
		t.Logf("this system has none: %v", err)
		return
	}
	ring := b.ring
	defer func() {
		b.ring = ring
		b.Close()
	}()
	here, there := socketPair(t)
	for i := range 3 {
		if i == 1 {
			b.ring = -1 // every call of it fails
		}
		b.Add(SocketCall{FD: here, Send: true, Data: fmt.Append(nil, i)})
		if call := b.Submit()[0]; call.N != 1 || call.Err != nil {
			t.Errorf("call %d sent %d bytes: %v", i, call.N, call.Err)
		}
	}
	got := make([]byte, 8)
	if n, err := unix.Read(there, got); string(got[:max(n, 0)]) != "012" || !b.failed {
		t.Errorf("%q was sent, want 012, and that the ring has failed is noted: %v (%v)", got[:max(n, 0)], b.failed, err)
	}
}

// BenchmarkSocketBatch makes 16 pairs of calls at once, with a ring and without.
func BenchmarkSocketBatch(bench *testing.B) {
	for name, failed := range map[string]bool{"io_uring": false, "one by one": true} {
		bench.Run(name, func(bench *testing.B) {
			b, err := NewSocketBatch()
			if err != nil {
				bench.Fatal(err)
			}
			defer b.Close()
			b.failed = failed
			here, there := socketPair(bench)
			data, room := []byte("x"), make([]byte, 8)
			bench.ReportAllocs()
			for bench.Loop() {
				for range MaxBatch / 2 {
					b.Add(SocketCall{FD: here, Send: true, Data: data})
					b.Add(SocketCall{FD: there, Data: room})
				}
				b.Submit()
			}
		})
	}
}
