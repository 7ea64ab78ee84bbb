package httpclient

import (
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"
)

// ownLimits are the errors of a machine that has nothing left to make or use a
// connection with: descriptors, ports, memory. The other side has no part in them.
var ownLimits = []syscall.Errno{
	syscall.EMFILE,        // open files of this process
	syscall.ENFILE,        // open files of the system
	syscall.EADDRNOTAVAIL, // local ports for this target, or the address itself
	syscall.EADDRINUSE,    // local ports
	syscall.ENOBUFS,       // memory for sockets
	syscall.ENOMEM,
	syscall.EAGAIN, // local ports, on some systems
}

// IsGeneratorLimit reports whether an error says that this machine has reached a
// limit of its own: the generator is to blame, and not what it calls.
func IsGeneratorLimit(err error) bool {
	var number syscall.Errno
	if errors.As(err, &number) {
		return slices.Contains(ownLimits, number)
	}
	var lookup *net.DNSError // which has the error of its socket as a text
	return errors.As(err, &lookup) && slices.ContainsFunc(ownLimits, func(limit syscall.Errno) bool {
		return strings.HasSuffix(lookup.Err, ": "+limit.Error())
	})
}
