//go:build !race

package httpclient

import (
	"syscall"
	"unsafe"
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
	return direct(syscall.SYS_RECVFROM, fd, p, syscall.MSG_DONTWAIT)
}

func sendOnce(fd int, p []byte) (int, error) {
	if len(p) > maxDirect || len(p) == 0 {
		return syscall.Write(fd, p)
	}
	return direct(syscall.SYS_SENDTO, fd, p, syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL)
}

// direct makes a system call that cannot block, and so need not tell the
// scheduler about it.
func direct(call uintptr, fd int, p []byte, flags uintptr) (int, error) {
	n, _, errno := syscall.RawSyscall6(call, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
		flags, 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}
