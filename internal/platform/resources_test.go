package platform

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

// socketError returns the error of a connection attempt that failed with a
// system error.
func socketError(number syscall.Errno) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", number)}
}

// lookupError returns the error of a name resolution whose socket failed. The
// net package keeps only the text of the socket's error.
func lookupError(number syscall.Errno) error {
	return &net.DNSError{Name: "example.test", Err: socketError(number).Error()}
}

// A machine that has run out of resources is recognized through every wrapper
// that the standard library puts around its errors.
func TestOutOfResources(t *testing.T) {
	for _, number := range resourceErrors {
		for name, err := range map[string]error{
			"itself":      number,
			"of a file":   &os.PathError{Op: "open", Path: "/a", Err: number},
			"of a socket": socketError(number),
			"of a lookup": lookupError(number),
			"wrapped":     fmt.Errorf("cannot connect: %w", lookupError(number)),
		} {
			if !OutOfResources(err) {
				t.Errorf("OutOfResources(%v, %s) = false", err, name)
			}
		}
	}
}

// Errors of the called service and of the user are not this machine's lack of
// resources.
func TestNotOutOfResources(t *testing.T) {
	for _, err := range []error{
		nil,
		io.EOF,
		syscall.ECONNREFUSED,
		syscall.ENOENT,
		socketError(syscall.ECONNRESET),
		lookupError(syscall.ECONNREFUSED),
		&net.DNSError{Name: "example.test", Err: "no such host", IsNotFound: true},
		errors.New(syscall.EMFILE.Error()), // a text, but not of a lookup
	} {
		if OutOfResources(err) {
			t.Errorf("OutOfResources(%v) = true", err)
		}
	}
}
