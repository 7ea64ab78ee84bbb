// Command slow is a service that answers every request after 200 ms, so that a
// client needs a connection for each request of the last 200 ms. It is one event
// loop, which leaves the client as much of the machine as it can.
package main

import (
	"fmt"
	"log"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	wait   = 200 * time.Millisecond
	tick   = 250 * time.Microsecond
	answer = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: slow ADDRESS")
	}
	if err := serve(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// A request waits for its answer, or a connection for its end.
type request struct {
	connection int
	due        time.Time
	over       bool // the client has closed the connection
}

// A service has one goroutine.
type service struct {
	epoll, listener int
	waiting         []request // all wait equally long, so the first is due first
	buffer          [4096]byte
}

// serve accepts connections to an address and answers requests without a body.
func serve(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	s := service{}
	if s.listener, err = listen(at); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("epoll_create1: %w", err)
	}
	if err := s.watch(s.listener, unix.EPOLLIN); err != nil {
		return err
	}
	return s.run()
}

func listen(at netip.AddrPort) (fd int, err error) {
	fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return 0, err
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}); err != nil {
		return 0, err
	}
	return fd, unix.Listen(fd, 4096)
}

func (s *service) watch(fd int, events uint32) error {
	err := unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
	if err != nil {
		return fmt.Errorf("epoll_ctl: %w", err)
	}
	return nil
}

// run looks for requests and answers once a tick while some wait. To be woken by
// each request would cost the client, which wakes it, as much as the service.
func (s *service) run() error {
	events := make([]unix.EpollEvent, 512)
	for {
		block := -1
		if len(s.waiting) > 0 {
			time.Sleep(tick)
			block = 0
		}
		for n := len(events); n == len(events); block = 0 {
			var err error
			if n, err = unix.EpollWait(s.epoll, events, block); err != nil && err != unix.EINTR {
				return fmt.Errorf("epoll_wait: %w", err)
			}
			s.receive(events[:max(n, 0)], time.Now())
		}
		s.answer(time.Now())
	}
}

// receive handles what epoll has found.
func (s *service) receive(events []unix.EpollEvent, now time.Time) {
	for _, event := range events {
		if fd := int(event.Fd); fd == s.listener {
			s.accept()
		} else {
			s.read(fd, now)
		}
	}
}

func (s *service) accept() {
	for {
		fd, _, err := unix.Accept4(s.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err != nil {
			return // all are accepted
		}
		if err := s.watch(fd, unix.EPOLLIN|unix.EPOLLET); err != nil {
			log.Fatal(err)
		}
	}
}

// read reads a request, which arrives as a whole. A connection that the client has
// closed is closed after the answers before: another would get its number.
func (s *service) read(fd int, now time.Time) {
	n, err := unix.Read(fd, s.buffer[:])
	if err != unix.EAGAIN {
		s.waiting = append(s.waiting, request{fd, now.Add(wait), n <= 0})
	}
}

// answer answers the requests that are due.
func (s *service) answer(now time.Time) {
	n := 0
	for ; n < len(s.waiting) && !s.waiting[n].due.After(now); n++ {
		if r := s.waiting[n]; r.over {
			_ = unix.Close(r.connection)
		} else {
			_, _ = unix.Write(r.connection, []byte(answer))
		}
	}
	s.waiting = s.waiting[n:]
}
