//go:build linux

package main

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// loopEpoll waits for readable sockets, and for each reads the answer and sends
// the next request.
func loopEpoll(sockets []int, request []byte, length int, end time.Time) (answers int, err error) {
	poll, err := unix.EpollCreate1(0)
	if err != nil {
		return 0, err
	}
	for _, fd := range sockets {
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}
		if err := unix.EpollCtl(poll, unix.EPOLL_CTL_ADD, fd, &event); err != nil {
			return 0, err
		}
		if _, err := unix.Write(fd, request); err != nil {
			return 0, err
		}
	}
	events, buffer := make([]unix.EpollEvent, len(sockets)), make([]byte, 4096)
	for time.Now().Before(end) {
		ready, err := unix.EpollWait(poll, events, 1000)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return answers, err
		}
		for _, event := range events[:ready] {
			n, _, err := unix.Recvfrom(int(event.Fd), buffer, 0)
			switch {
			case err != nil:
				return answers, err
			case n != length:
				return answers, errLength
			}
			answers++
			if err := unix.Send(int(event.Fd), request, 0); err != nil {
				return answers, err
			}
		}
	}
	return answers, nil
}
