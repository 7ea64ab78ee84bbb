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

// What this machine has no more of is its own fault, however deep in an error it
// is; what the other side does is not.
func TestGeneratorIsBlamed(t *testing.T) {
	wrapped := func(number syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", number)}
	}
	for number, class := range map[syscall.Errno]string{
		syscall.EMFILE: ClassGenerator, syscall.ENFILE: ClassGenerator, syscall.EADDRNOTAVAIL: ClassGenerator,
		syscall.EADDRINUSE: ClassGenerator, syscall.ENOBUFS: ClassGenerator, syscall.ENOMEM: ClassGenerator, syscall.EAGAIN: ClassGenerator,
		syscall.ECONNREFUSED: ClassConnect, syscall.EHOSTUNREACH: ClassConnect, syscall.ENETUNREACH: ClassConnect, syscall.ETIMEDOUT: ClassConnect,
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

// A deadline that passes, and a run that is stopped, are told as such.
func TestGeneratorIsNotBlamedForTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := classify(ctx, ClassConnect, "connecting", syscall.EMFILE); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Where there is no descriptor left, it is said by the connection itself.
func TestGeneratorHasNoDescriptor(t *testing.T) {
	s := serveRaw(t, answering(hello))
	c := client(t, Options{Resolver: func(context.Context, string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: fmt.Sprintf("dial udp: socket: %v", syscall.EMFILE), Name: "x"}
	}})
	_, err := get(t, c, named(s.url, "example.test"))
	wantClass(t, err, ClassGenerator, "resolving example.test")
}
