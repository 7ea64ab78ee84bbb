package platform

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// BindLate makes the system choose the local port of a socket when it connects,
// as it does for one without a local address. So ports are limited for each
// target, not for each local address. It does nothing where the system cannot.
func BindLate(socket syscall.RawConn) error {
	return socket.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1) // before Linux 4.2 there is none
	})
}
