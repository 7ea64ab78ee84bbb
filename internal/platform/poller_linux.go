package platform

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Poller waits for many sockets at once, from one goroutine. The runtime's own
// poller wakes a goroutine for each. Wake is safe for concurrent use; the other
// methods belong to the goroutine.
type Poller struct {
	epoll   int
	wakes   int // an eventfd
	timer   int // a timerfd
	events  []unix.EpollEvent
	drained [8]byte

	mu     sync.Mutex // guards closed and the use of wakes by Wake
	closed bool
}

// The numbers of the eventfd and the timerfd.
const (
	wakeNumber  = -1
	timerNumber = -2
)

// minCoarse is the shortest wait that may be given to epoll, which counts
// milliseconds.
const minCoarse = 3 * time.Millisecond

// NewPoller returns a Poller that watches nothing. The caller must close it.
func NewPoller() (*Poller, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	wakes, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		_ = unix.Close(epoll)
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	timer, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		_, _ = unix.Close(epoll), unix.Close(wakes)
		return nil, fmt.Errorf("timerfd_create: %w", err)
	}
	p := &Poller{epoll: epoll, wakes: wakes, timer: timer, events: make([]unix.EpollEvent, 128)}
	if err := errors.Join(p.Add(wakes, wakeNumber), p.Add(timer, timerNumber)); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Add starts watching a non-blocking socket, whose events will have the given
// number, at least 0. An event says that data has arrived since the one before,
// or that the other side has closed the connection.
func (p *Poller) Add(fd int, number int32) error { return p.add(fd, number, 0) }

// AddConnecting is Add for a socket that connects. Another event says that it is
// connected, or has failed.
func (p *Poller) AddConnecting(fd int, number int32) error { return p.add(fd, number, unix.EPOLLOUT) }

func (p *Poller) add(fd int, number int32, also uint32) error {
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET | also, Fd: number}
	if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &event); err != nil {
		return fmt.Errorf("epoll_ctl: %w", err)
	}
	return nil
}

// Remove stops watching a socket. An event of it that Wait already has is still
// delivered.
func (p *Poller) Remove(fd int) { _ = unix.EpollCtl(p.epoll, unix.EPOLL_CTL_DEL, fd, nil) }

// Wait calls ready with the number of each socket that has an event, and returns
// how many events there were. Without any it waits until there are, Wake is called,
// or the limit has passed; a limit of 0 does not wait. The last three milliseconds
// of a limit are exact: a Wait with more returns before them.
func (p *Poller) Wait(limit time.Duration, ready func(number int32)) int {
	n := p.fetch(limit)
	for _, event := range p.events[:n] {
		switch event.Fd {
		case timerNumber: // its event comes once
		case wakeNumber:
			_, _ = unix.Read(p.wakes, p.drained[:])
		default:
			ready(event.Fd)
		}
	}
	return n
}

// Wake makes the current Wait return, or else the next. It does nothing once the
// Poller is closed.
func (p *Poller) Wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		_, _ = unix.Write(p.wakes, binary.NativeEndian.AppendUint64(nil, 1))
	}
}

// Close releases the Poller. It does not close the sockets.
func (p *Poller) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	_ = unix.Close(p.wakes)
	_ = unix.Close(p.timer)
	_ = unix.Close(p.epoll)
}

// fetch fills p.events. A call that does not wait is not announced to the
// scheduler, which would cost more than the call.
func (p *Poller) fetch(limit time.Duration) int {
	if limit <= 0 {
		n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.epoll),
			uintptr(unsafe.Pointer(unsafe.SliceData(p.events))), uintptr(len(p.events)), 0, 0, 0)
		if errno != 0 {
			return 0
		}
		return int(n)
	}
	milliseconds := min((limit-minCoarse)/time.Millisecond, math.MaxInt32-1) + 1
	if limit < minCoarse {
		milliseconds = -1
		p.setTimer(limit)
	}
	n, err := unix.EpollWait(p.epoll, p.events, int(milliseconds))
	if err != nil { // a signal interrupted it
		return 0
	}
	return n
}

// setTimer makes the timer expire after d. Unlike a limit of epoll it is exact to
// microseconds, on each thread.
func (p *Poller) setTimer(d time.Duration) {
	setting := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
	_, _, _ = syscall.RawSyscall6(unix.SYS_TIMERFD_SETTIME, uintptr(p.timer), 0,
		uintptr(unsafe.Pointer(&setting)), 0, 0, 0)
}
