package platform

import (
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"
)

// resourceErrors are the errors of a system that has no resources left: file
// descriptors, ports or memory.
var resourceErrors = []syscall.Errno{
	syscall.EMFILE,        // open files of this process
	syscall.ENFILE,        // open files of the system
	syscall.EADDRNOTAVAIL, // local ports for a target, or the address itself
	syscall.EADDRINUSE,    // local ports
	syscall.ENOBUFS,       // memory for sockets
	syscall.ENOMEM,
	syscall.EAGAIN, // local ports, on some systems
}

// OutOfResources reports whether err says that this machine has no resources
// left. Then the machine is the cause of a failure, not what it calls.
func OutOfResources(err error) bool {
	var number syscall.Errno
	if errors.As(err, &number) {
		return slices.Contains(resourceErrors, number)
	}
	var lookup *net.DNSError // it has the error of its socket as a text
	return errors.As(err, &lookup) && slices.ContainsFunc(resourceErrors, func(e syscall.Errno) bool {
		return strings.HasSuffix(lookup.Err, ": "+e.Error())
	})
}
