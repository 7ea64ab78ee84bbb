//go:build linux

// Command loop sends the same HTTP request over many connections, one at a time
// over each, and only counts the answers: it is what a client costs that does
// nothing else. It prints how many there were.
//
//	loop -via epoll|io_uring [-connections 50] [-duration 2s] ADDRESS
//
// It is a yardstick, not a client: every answer must have the length of the first
// and come in one piece.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	via := flag.String("via", "epoll", "epoll or io_uring")
	connections := flag.Int("connections", 50, "how many")
	duration := flag.Duration("duration", 2*time.Second, "how long")
	flag.Parse()
	runtime.LockOSThread() // a ring belongs to a thread
	answers, err := run(*via, flag.Arg(0), *connections, *duration)
	if err != nil {
		fmt.Fprintln(os.Stderr, "loop:", err)
		os.Exit(1)
	}
	fmt.Println(answers, "answers")
}

func run(via, address string, connections int, duration time.Duration) (answers int, err error) {
	request := []byte("GET / HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: aurea/dev\r\n\r\n")
	sockets := make([]int, connections)
	for i := range sockets {
		if sockets[i], err = dial(address); err != nil {
			return 0, err
		}
	}
	length, err := answerTo(sockets[0], request)
	if err != nil {
		return 0, err
	}
	end := time.Now().Add(duration)
	switch via {
	case "epoll":
		return loopEpoll(sockets, request, length, end)
	case "io_uring":
		return loopRing(sockets, request, length, end)
	}
	return 0, fmt.Errorf("-via must be epoll or io_uring; got %q", via)
}

// dial opens a connection, and returns its socket.
func dial(address string) (int, error) {
	to, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return 0, err
	}
	return fd, unix.Connect(fd, &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())})
}

// answerTo sends the first request, and returns the length of its answer.
func answerTo(fd int, request []byte) (int, error) {
	if _, err := unix.Write(fd, request); err != nil {
		return 0, err
	}
	n, err := unix.Read(fd, make([]byte, 4096))
	if err == nil && n == 0 {
		err = errors.New("the service closes the connection")
	}
	return n, err
}

// errLength is the error of an answer that is not like the first.
var errLength = errors.New("an answer is not as long as the first")
