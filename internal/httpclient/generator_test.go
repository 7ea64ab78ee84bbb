package httpclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
)

// An error of a local limit has the class generator_limit, however deeply it is
// wrapped; errors of the server have not.
func TestGeneratorLimits(t *testing.T) {
	wrapped := func(number syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", number)}
	}
	for number, class := range map[syscall.Errno]string{
		syscall.EMFILE: ClassGenerator, syscall.ENFILE: ClassGenerator, syscall.EADDRNOTAVAIL: ClassGenerator,
		syscall.EADDRINUSE: ClassGenerator, syscall.ENOBUFS: ClassGenerator, syscall.ENOMEM: ClassGenerator,
		syscall.EAGAIN:       ClassGenerator,
		syscall.ECONNREFUSED: ClassConnect, syscall.EHOSTUNREACH: ClassConnect, syscall.ENETUNREACH: ClassConnect,
		syscall.ETIMEDOUT: ClassConnect,
	} {
		wantClass(t, classify(t.Context(), ClassConnect, "connecting to x", wrapped(number)), class, number.Error())
	}
	for err, class := range map[error]string{
		&net.DNSError{Err: "dial udp 192.0.2.1:53: socket: too many open files", Name: "x"}: ClassGenerator,
		&net.DNSError{Err: "no such host", Name: "x"}:                                       ClassDNS,
		errors.New("a server that says: too many open files"):                               ClassDNS,
	} {
		wantClass(t, classify(t.Context(), ClassDNS, "resolving x", err), class, err.Error())
	}
}

// A deadline and a cancellation keep their own errors.
func TestContextErrorsAreNoGeneratorLimits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := classify(ctx, ClassConnect, "connecting", syscall.EMFILE); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Without a free descriptor, opening a connection reports the limit.
func TestGeneratorHasNoDescriptor(t *testing.T) {
	s := serveRaw(t, serveAnswer(hello))
	c := client(t, Options{Resolver: func(context.Context, string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: fmt.Sprintf("dial udp: socket: %v", syscall.EMFILE), Name: "x"}
	}})
	_, err := get(t, c, withHost(s.url, "example.test"))
	wantClass(t, err, ClassGenerator, "resolving example.test")
}
