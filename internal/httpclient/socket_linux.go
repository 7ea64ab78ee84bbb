//go:build !race

package httpclient

import (
	"syscall"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// mayBatch says that an EventLoop may use a platform.SocketBatch.
const mayBatch = true

// maxDirect is how many bytes are sent or received at most by a system call that
// the runtime does not know of.
const maxDirect = 64 << 10

// receive reads from a non-blocking socket. The error is EAGAIN if there is
// nothing to read.
func receive(fd int, p []byte) (int, error) { return retry(receiveOnce, fd, p) }

// send writes to a non-blocking socket. The error is EAGAIN if it is full.
func send(fd int, p []byte) (int, error) { return retry(sendOnce, fd, p) }

func receiveOnce(fd int, p []byte) (int, error) {
	if len(p) > maxDirect || len(p) == 0 {
		return syscall.Read(fd, p)
	}
	c := platform.SocketCall{FD: fd, Data: p}
	c.Make()
	return c.N, c.Err
}

func sendOnce(fd int, p []byte) (int, error) {
	if len(p) > maxDirect || len(p) == 0 {
		return syscall.Write(fd, p)
	}
	c := platform.SocketCall{FD: fd, Send: true, Data: p}
	c.Make()
	return c.N, c.Err
}
