//go:build unix && (!linux || race)

package httpclient

import "syscall"

// mayBatch says that an EventLoop may use a platform.SocketBatch.
const mayBatch = false

// The race detector knows the order of goroutines that talk over a socket by the
// system calls of package syscall, and by no others.

// receive reads from a non-blocking socket. The error is EAGAIN if there is
// nothing to read.
func receive(fd int, p []byte) (int, error) { return retry(syscall.Read, fd, p) }

// send writes to a non-blocking socket. The error is EAGAIN if it is full.
func send(fd int, p []byte) (int, error) { return retry(syscall.Write, fd, p) }
