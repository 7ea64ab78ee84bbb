//go:build linux

package main

import (
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What of io_uring is used, by its names in linux/io_uring.h.
const (
	setupCoopTaskrun  = 1 << 8
	setupSingleIssuer = 1 << 12
	setupDeferTaskrun = 1 << 13
	enterGetevents    = 1 << 0
	opSend            = 26
	opRecv            = 27
	recvMultishot     = 1 << 1
	sqeBufferSelect   = 1 << 5
	sqeCQESkipSuccess = 1 << 6
	cqeMore           = 1 << 1
	cqeBufferShift    = 16
	offSQEs           = 0x10000000
	registerPbufRing  = 22
)

type sqOffsets struct {
	head, tail, mask, entries, flags, dropped, array, _ uint32
	_                                                   uint64
}

type cqOffsets struct {
	head, tail, mask, entries, overflow, cqes, flags, _ uint32
	_                                                   uint64
}

type ringParams struct {
	sqEntries, cqEntries, flags, threadCPU, threadIdle, features, wqFd uint32
	_                                                                  [3]uint32
	sq                                                                 sqOffsets
	cq                                                                 cqOffsets
}

type sqe struct {
	opcode, flags uint8
	ioprio        uint16
	fd            int32
	off, addr     uint64
	length, flag2 uint32
	userData      uint64
	bufferGroup   uint16
	_             uint16
	_             int32
	_             [2]uint64
}

type cqe struct {
	userData uint64
	res      int32
	flags    uint32
}

type ringBuffer struct {
	addr   uint64
	length uint32
	id     uint16
	tail   uint16 // of the ring, in its first entry
}

type bufferRegistration struct {
	addr         uint64
	entries      uint32
	group, flags uint16
	_            [3]uint64
}

// A ring is an io_uring with a ring of buffers for what is received.
type ring struct {
	fd             int
	sqTail         *uint32
	sqMask, cqMask uint32
	cqHead, cqTail *uint32
	sqes           []sqe
	cqes           []cqe
	queued         uint32

	buffers    []ringBuffer
	bufferTail *uint16
	memory     []byte
}

const bufferSize = 4096

func newRing(entries uint32) (*ring, error) {
	p := ringParams{flags: setupCoopTaskrun | setupSingleIssuer | setupDeferTaskrun}
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(entries), uintptr(unsafe.Pointer(&p)), 0)
	if errno != 0 {
		return nil, fmt.Errorf("io_uring_setup: %w", errno)
	}
	r := &ring{fd: int(fd)}
	size := max(int(p.sq.array+p.sqEntries*4), int(p.cq.cqes+p.cqEntries*uint32(unsafe.Sizeof(cqe{}))))
	rings, err := unix.Mmap(r.fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return nil, err
	}
	sqes, err := unix.Mmap(r.fd, offSQEs, int(p.sqEntries)*int(unsafe.Sizeof(sqe{})), unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return nil, err
	}
	at := func(offset uint32) *uint32 { return (*uint32)(unsafe.Pointer(&rings[offset])) }
	r.sqTail, r.sqMask = at(p.sq.tail), *at(p.sq.mask)
	r.cqHead, r.cqTail, r.cqMask = at(p.cq.head), at(p.cq.tail), *at(p.cq.mask)
	r.sqes = unsafe.Slice((*sqe)(unsafe.Pointer(&sqes[0])), p.sqEntries)
	r.cqes = unsafe.Slice((*cqe)(unsafe.Pointer(&rings[p.cq.cqes])), p.cqEntries)
	for i := range p.sqEntries {
		*at(p.sq.array + 4*i) = i
	}
	return r, r.provide(entries)
}

// provide registers the ring of buffers.
func (r *ring) provide(entries uint32) error {
	ring, err := unix.Mmap(-1, 0, int(entries)*16, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	if r.memory, err = unix.Mmap(-1, 0, int(entries)*bufferSize, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_ANON|unix.MAP_PRIVATE); err != nil {
		return err
	}
	r.buffers = unsafe.Slice((*ringBuffer)(unsafe.Pointer(&ring[0])), entries)
	r.bufferTail = &r.buffers[0].tail
	registration := bufferRegistration{addr: uint64(uintptr(unsafe.Pointer(&ring[0]))), entries: entries}
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(r.fd), registerPbufRing,
		uintptr(unsafe.Pointer(&registration)), 1, 0, 0)
	if errno != 0 {
		return fmt.Errorf("io_uring_register: %w", errno)
	}
	for id := range entries {
		r.giveBack(uint16(id))
	}
	return nil
}

// giveBack provides a buffer again. The kernel sees it when the next call enters.
func (r *ring) giveBack(id uint16) {
	b := &r.buffers[int(*r.bufferTail)%len(r.buffers)]
	b.addr = uint64(uintptr(unsafe.Pointer(&r.memory[int(id)*bufferSize])))
	b.length, b.id = bufferSize, id
	*r.bufferTail++
}

// push queues an entry, which enter submits.
func (r *ring) push(e sqe) {
	tail := *r.sqTail
	r.sqes[tail&r.sqMask] = e
	atomic.StoreUint32(r.sqTail, tail+1)
	r.queued++
}

// enter submits what is queued, and waits for a completion.
func (r *ring) enter() error {
	n, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(r.queued), 1, enterGetevents, 0, 0)
	if errno == unix.EINTR {
		return nil
	}
	if errno != 0 {
		return fmt.Errorf("io_uring_enter: %w", errno)
	}
	r.queued -= uint32(n)
	return nil
}

// loopRing receives by one multishot request a connection into provided buffers,
// and submits the requests to send of all answers that it finds in one call.
func loopRing(sockets []int, request []byte, length int, end time.Time) (answers int, err error) {
	r, err := newRing(1024)
	if err != nil {
		return 0, err
	}
	receive := func(i int) {
		r.push(sqe{opcode: opRecv, flags: sqeBufferSelect, ioprio: recvMultishot, fd: int32(sockets[i]),
			userData: uint64(i)})
	}
	send := func(i int) {
		r.push(sqe{opcode: opSend, flags: sqeCQESkipSuccess, fd: int32(sockets[i]), userData: uint64(len(sockets)),
			addr: uint64(uintptr(unsafe.Pointer(&request[0]))), length: uint32(len(request))})
	}
	for i := range sockets {
		receive(i)
		send(i)
	}
	for time.Now().Before(end) {
		if err := r.enter(); err != nil {
			return answers, err
		}
		head := *r.cqHead
		for tail := atomic.LoadUint32(r.cqTail); head != tail; head++ {
			c := r.cqes[head&r.cqMask]
			i := int(c.userData)
			switch {
			case i == len(sockets) || c.res < 0:
				return answers, fmt.Errorf("an operation failed: %d", c.res)
			case int(c.res) != length:
				return answers, errLength
			}
			r.giveBack(uint16(c.flags >> cqeBufferShift))
			answers++
			if c.flags&cqeMore == 0 {
				receive(i)
			}
			send(i)
		}
		atomic.StoreUint32(r.cqHead, head)
	}
	return answers, nil
}
