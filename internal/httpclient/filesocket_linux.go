package httpclient

import (
	"net"
	"os"
	"syscall"
)

// A fileSocket is a connected socket that is made of its descriptor. Package net
// would duplicate the descriptor and set the socket's options again.
type fileSocket struct {
	*os.File
	local, remote net.Addr
}

// newFileSocket returns the socket of a non-blocking descriptor, which it owns.
// Its errors name it like those of package net.
func newFileSocket(fd int, local, remote net.Addr) fileSocket {
	name := local.Network() + " " + local.String() + "->" + remote.String()
	return fileSocket{os.NewFile(uintptr(fd), name), local, remote}
}

// LocalAddr returns the address on this side.
func (s fileSocket) LocalAddr() net.Addr { return s.local }

// RemoteAddr returns the address on the other side.
func (s fileSocket) RemoteAddr() net.Addr { return s.remote }

// duplicate returns another descriptor of a connection's socket.
func duplicate(c *conn) (int, error) {
	fd, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(c.fd), syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}
