package platform

import (
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A SocketCall is a call on a non-blocking socket.
type SocketCall struct {
	FD   int
	Send bool   // otherwise it receives
	Data []byte // what to send, or room for what is received; not empty
	Tag  int32  // for the caller
	N    int    // bytes that were sent or received; 0 at the end of what can be received
	Err  error  // as of the system call: EAGAIN where it would have to wait
}

// MaxBatch is how many calls a SocketBatch makes at once.
const MaxBatch = 32

// A SocketBatch makes many calls on sockets by one system call, which saves the way
// into the kernel and back for each. It is an io_uring (see io_uring(7)). All of
// its calls have ended when Submit returns. It belongs to one goroutine.
type SocketBatch struct {
	ring    int
	memory  [2][]byte // mapped: the rings, and the entries
	tail    *uint32   // of the entries
	entries []ringEntry
	head    *uint32 // of the results
	end     *uint32
	results []ringResult
	failed  bool // by a system call: calls are made one by one from then on
	calls   []SocketCall
}

// What is used of io_uring, as linux/io_uring.h has it.
const (
	ringSend       = 26
	ringReceive    = 27
	ringEntries    = 0x10000000 // their offset in the ring's file
	ringGetResults = 1
)

// ringParameters is a struct io_uring_params.
type ringParameters struct {
	entries, results uint32
	_                [8]uint32
	entryRing        struct {
		head, tail, mask, size, flags, dropped, array uint32
		_                                             [3]uint32
	}
	resultRing struct {
		head, tail, mask, size, overflow, results uint32
		_                                         [4]uint32
	}
}

// A ringEntry is a struct io_uring_sqe.
type ringEntry struct {
	operation uint8
	_         [3]uint8
	fd        int32
	_         uint64
	address   uint64
	length    uint32
	flags     uint32
	tag       uint64
	_         [3]uint64
}

// A ringResult is a struct io_uring_cqe.
type ringResult struct {
	tag    uint64
	result int32
	_      uint32
}

// NewSocketBatch returns an empty batch. The caller must close it. The error says
// that the system has no io_uring, or does not allow its use.
func NewSocketBatch() (*SocketBatch, error) {
	var p ringParameters
	ring, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, MaxBatch, uintptr(unsafe.Pointer(&p)), 0)
	if errno != 0 {
		return nil, fmt.Errorf("io_uring_setup: %w", errno)
	}
	b := &SocketBatch{ring: int(ring), calls: make([]SocketCall, 0, MaxBatch)}
	if err := b.mapRings(&p); err != nil {
		b.Close()
		return nil, fmt.Errorf("mapping an io_uring: %w", err)
	}
	return b, nil
}

func (b *SocketBatch) mapRings(p *ringParameters) (err error) {
	mapped := func(offset int64, size uint32) []byte {
		memory, failure := unix.Mmap(b.ring, offset, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		err = errors.Join(err, failure)
		return memory
	}
	size := max(p.entryRing.array+4*p.entries, p.resultRing.results+p.results*uint32(unsafe.Sizeof(ringResult{})))
	b.memory[0] = mapped(0, size)
	b.memory[1] = mapped(ringEntries, p.entries*uint32(unsafe.Sizeof(ringEntry{})))
	if err != nil {
		return err
	}
	at := func(offset uint32) unsafe.Pointer { return unsafe.Pointer(&b.memory[0][offset]) }
	b.tail = (*uint32)(at(p.entryRing.tail))
	b.head, b.end = (*uint32)(at(p.resultRing.head)), (*uint32)(at(p.resultRing.tail))
	b.entries = unsafe.Slice((*ringEntry)(unsafe.Pointer(&b.memory[1][0])), p.entries)
	b.results = unsafe.Slice((*ringResult)(at(p.resultRing.results)), p.results)
	places := unsafe.Slice((*uint32)(at(p.entryRing.array)), p.entries)
	for i := range places {
		places[i] = uint32(i)
	}
	return nil
}

// Close releases the batch. It does not close the sockets.
func (b *SocketBatch) Close() {
	for _, memory := range b.memory {
		if memory != nil {
			_ = unix.Munmap(memory)
		}
	}
	_ = unix.Close(b.ring)
}

// Add adds a call, for which there must be room: Len is less than MaxBatch.
func (b *SocketBatch) Add(call SocketCall) { b.calls = append(b.calls, call) }

// Len returns how many calls have been added since the latest Submit.
func (b *SocketBatch) Len() int { return len(b.calls) }

// Submit makes the calls that were added, in their order, and returns them with
// their results. They are valid until the next Add.
func (b *SocketBatch) Submit() []SocketCall {
	calls := b.calls
	b.calls = calls[:0]
	for i := range calls {
		calls[i].Err = errNotMade
	}
	if !b.failed {
		b.submit(calls)
	}
	for i := range calls {
		if c := &calls[i]; c.Err == errNotMade || c.Err == unix.EINVAL { //nolint:errorlint // neither is wrapped
			c.Make()
		}
	}
	return calls
}

// errNotMade marks a call that the ring has not made. EINVAL says that the kernel
// does not know the operation.
var errNotMade = errors.New("the call was not made")

// submit lets the ring make the calls. Since none of them waits, the scheduler need
// not know of it.
func (b *SocketBatch) submit(calls []SocketCall) {
	tail := *b.tail
	for i := range calls {
		b.entries[tail%uint32(len(b.entries))] = calls[i].entry(i)
		tail++
	}
	atomic.StoreUint32(b.tail, tail)
	for taken, ended := 0, 0; ended < len(calls); ended += b.collect(calls) {
		n, _, errno := syscall.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(b.ring), uintptr(len(calls)-taken),
			uintptr(len(calls)-ended), ringGetResults, 0, 0)
		switch errno {
		case 0:
			taken += int(n)
		case unix.EINTR:
		default:
			b.failed = true
			return
		}
	}
}

// entry returns the entry of the i-th call.
func (c *SocketCall) entry(i int) ringEntry {
	e := ringEntry{
		operation: ringReceive, fd: int32(c.FD), address: uint64(uintptr(unsafe.Pointer(unsafe.SliceData(c.Data)))),
		length: uint32(len(c.Data)), flags: unix.MSG_DONTWAIT, tag: uint64(i),
	}
	if c.Send {
		e.operation, e.flags = ringSend, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL
	}
	return e
}

// collect notes the results that are there, and returns how many there were.
func (b *SocketBatch) collect(calls []SocketCall) (n int) {
	head := *b.head
	for end := atomic.LoadUint32(b.end); head != end; head++ {
		r := &b.results[head%uint32(len(b.results))]
		c := &calls[r.tag]
		c.N, c.Err = int(max(r.result, 0)), nil
		if r.result < 0 {
			c.Err = syscall.Errno(-r.result)
		}
		n++
	}
	atomic.StoreUint32(b.head, head)
	return n
}

// Make makes a call alone. It cannot wait, so the scheduler need not know of it.
func (c *SocketCall) Make() {
	number, flags := uintptr(unix.SYS_RECVFROM), uintptr(unix.MSG_DONTWAIT)
	if c.Send {
		number, flags = unix.SYS_SENDTO, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL
	}
	n, _, errno := syscall.RawSyscall6(number, uintptr(c.FD), uintptr(unsafe.Pointer(unsafe.SliceData(c.Data))),
		uintptr(len(c.Data)), flags, 0, 0)
	c.N, c.Err = int(n), nil
	if errno != 0 {
		c.N, c.Err = 0, errno
	}
}
