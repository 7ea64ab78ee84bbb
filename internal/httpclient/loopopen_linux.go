package httpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
)

// Open returns a new connection for the requests of an owner, to the target of a
// request. The first Send opens it. Open returns nil where a goroutine must do
// that: without a single known address, or with TLS, a proxy, a Unix socket or
// sources. It also does if the client may have no more connections.
func (l *EventLoop) Open(r *Request, owner any) *LoopConn {
	host, address, ok := l.client.onlyAddress(&r.target)
	if !ok || r.target.secure {
		return nil
	}
	o := l.client.pool.reserve(r.target.key)
	if o == nil {
		return nil
	}
	x := &LoopConn{loop: l, owner: owner, origin: o, fd: -1, host: host, remote: net.TCPAddrFromAddrPort(address)}
	x.in.held = errWouldBlock
	return x
}

// onlyAddress returns the address of a target, and the host that Options.Allow is
// asked about. It returns false if there may be several, or other ways to it.
func (c *Client) onlyAddress(t *target) (host string, address netip.AddrPort, ok bool) {
	if route := &c.options.Route; c.options.Proxy != nil || route.UnixSocket != "" || len(route.Sources) > 0 {
		return "", netip.AddrPort{}, false
	}
	to := c.options.Route.destination(t)
	host, ip := to.host, to.ip
	if len(to.addresses) == 1 {
		ip = to.addresses[0].Unmap()
		host = ip.String()
	}
	return host, netip.AddrPortFrom(ip, to.port), len(to.addresses) <= 1 && ip.IsValid() && ip.Zone() == ""
}

// open connects, and sends the first request once that is done. If it returns
// false, so does Send.
func (x *LoopConn) open(r *Request) bool {
	if !x.connect() {
		return false
	}
	x.begin(r)
	x.connecting = true
	return x.sendConnected() == LoopWaiting && x.loop.watch(x) == nil
}

// connect begins to connect. If it returns false, it has sent nothing, and Do says
// what is wrong.
func (x *LoopConn) connect() bool {
	remote := x.remote.(*net.TCPAddr)
	if x.loop.client.allow(x.host, remote.AddrPort()) != nil {
		return false
	}
	x.connectStart = now()
	fd, err := startConnecting(remote.AddrPort())
	if err != nil {
		return false
	}
	local := localAddress(fd)
	if local == nil || local.Port == remote.Port && local.IP.Equal(remote.IP) { // it would answer itself
		_ = syscall.Close(fd)
		return false
	}
	x.fd, x.local = fd, local
	return true
}

// startConnecting returns a non-blocking socket that connects to an address.
func startConnecting(to netip.AddrPort) (fd int, err error) {
	family, address := systemAddress(to)
	fd, err = syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	if err == nil {
		err = syscall.Connect(fd, address)
	}
	if err != nil && !errors.Is(err, syscall.EINPROGRESS) {
		_ = syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

// systemAddress returns an address as system calls have it, and its family.
func systemAddress(a netip.AddrPort) (family int, address syscall.Sockaddr) {
	if a.Addr().Is4() {
		return syscall.AF_INET, &syscall.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return syscall.AF_INET6, &syscall.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

// localAddress returns the address of a socket on this side; nil if it has none.
func localAddress(fd int) *net.TCPAddr {
	address, err := syscall.Getsockname(fd)
	if err != nil {
		return nil
	}
	switch a := address.(type) {
	case *syscall.SockaddrInet4:
		return &net.TCPAddr{IP: net.IP(a.Addr[:]), Port: a.Port}
	case *syscall.SockaddrInet6:
		return &net.TCPAddr{IP: net.IP(a.Addr[:]), Port: a.Port}
	default:
		return nil
	}
}

// sendConnected sends the request if the socket is connected. It returns LoopStuck
// if it cannot be, or has not accepted all. A connection that was reset was open.
func (x *LoopConn) sendConnected() LoopState {
	at := now()
	n, err := send(x.fd, x.rest)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return LoopWaiting
	case err != nil && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE):
		x.failure = err
		return LoopStuck
	}
	x.connecting, x.connectTime = false, at-x.connectStart
	x.writeStart = at
	if x.took(n); len(x.rest) > 0 {
		return LoopStuck
	}
	return LoopWaiting
}

// resumeConnecting finishes the request of a detached connection that is not
// connected. If that has not failed, the request's time is usually over: then
// connecting anew fails at once, and says so.
func (c *Client) resumeConnecting(ctx context.Context, x *LoopConn, keep int, a *Response) error {
	a.Phases.Connect = now() - x.connectStart
	_ = syscall.Close(x.fd)
	if x.failure == nil {
		return c.exchangeOn(ctx, lease{origin: x.origin}, x.request, keep, a)
	}
	c.pool.release(x.origin, nil)
	err := &net.OpError{Op: "dial", Net: "tcp", Addr: x.remote, Err: os.NewSyscallError("connect", x.failure)}
	return classify(ctx, ClassConnect, "connecting to "+x.host, err)
}
