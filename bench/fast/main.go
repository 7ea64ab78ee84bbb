//go:build linux

// Command fast is a service that only answers: whatever comes over a connection at
// once is a request. So a client limits it rather than the service.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const reply = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world"

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: fast ADDRESS")
	}
	if err := serve(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// serve accepts connections to an address and answers requests.
func serve(address string) error {
	poll, err := unix.EpollCreate1(0)
	if err != nil {
		return err
	}
	opened, err := net.Listen("tcp4", address)
	if err != nil {
		return err
	}
	defer opened.Close()
	file, err := opened.(*net.TCPListener).File()
	if err != nil {
		return err
	}
	defer file.Close() // or the garbage collector would close it
	listener := int(file.Fd())
	watch := func(fd int, events uint32) error {
		return unix.EpollCtl(poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
	}
	if err := watch(listener, unix.EPOLLIN); err != nil {
		return fmt.Errorf("epoll_ctl: %w", err)
	}
	events, buffer, answer := make([]unix.EpollEvent, 256), make([]byte, 4096), []byte(reply)
	for {
		ready, err := unix.EpollWait(poll, events, -1)
		if err != nil && err != unix.EINTR {
			return err
		}
		for _, event := range events[:max(ready, 0)] {
			fd := int(event.Fd)
			if fd == listener {
				if fd, _, err = unix.Accept4(listener, unix.SOCK_NONBLOCK); err == nil {
					err = watch(fd, unix.EPOLLIN|unix.EPOLLET)
				}
				if err != nil {
					return err
				}
				continue
			}
			if call(unix.SYS_RECVFROM, fd, buffer) <= 0 {
				_ = unix.Close(fd)
				continue
			}
			call(unix.SYS_SENDTO, fd, answer)
		}
	}
}

// call receives into the bytes or sends them, by a system call that the scheduler
// does not know of.
func call(number uintptr, fd int, data []byte) int {
	n, _, _ := syscall.RawSyscall6(number, uintptr(fd), uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	return int(n)
}
