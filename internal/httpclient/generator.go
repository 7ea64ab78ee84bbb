package httpclient

import (
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"
)

// localLimits are the errors of a machine that has no descriptors, ports or
// memory left for a connection. The server has no part in them.
var localLimits = []syscall.Errno{
	syscall.EMFILE,        // open files of this process
	syscall.ENFILE,        // open files of the system
	syscall.EADDRNOTAVAIL, // local ports for this target, or the address itself
	syscall.EADDRINUSE,    // local ports
	syscall.ENOBUFS,       // memory for sockets
	syscall.ENOMEM,
	syscall.EAGAIN, // local ports, on some systems
}

// IsGeneratorLimit reports whether an error means that this machine reached one
// of its own limits, so the server is not to blame.
func IsGeneratorLimit(err error) bool {
	var number syscall.Errno
	if errors.As(err, &number) {
		return slices.Contains(localLimits, number)
	}
	var lookup *net.DNSError // holds the socket's error only as text
	return errors.As(err, &lookup) && slices.ContainsFunc(localLimits, func(limit syscall.Errno) bool {
		return strings.HasSuffix(lookup.Err, ": "+limit.Error())
	})
}
