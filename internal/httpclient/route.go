package httpclient

import (
	"net"
	"net/netip"
	"strconv"
)

// A HostPort is a host and a port. The host is in lower case, without brackets.
type HostPort struct {
	Host string
	Port uint16
}

// ParseHostPort parses a host and a port such as api.example:443 or [::1]:80.
func ParseHostPort(text string) (HostPort, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return HostPort{}, err
	}
	number, err := parsePort(port)
	return HostPort{lowerHost(host), number}, err
}

// String returns the host and the port, with brackets around an IPv6 address.
func (h HostPort) String() string { return net.JoinHostPort(h.Host, strconv.Itoa(int(h.Port))) }

// A Route changes where connections are made. What is sent stays the same, as
// do the names that certificates must have. The zero value changes nothing.
type Route struct {
	// ConnectTo has the targets that stand in for others.
	ConnectTo map[HostPort]HostPort
	// Resolve has the addresses of hosts, which are then not resolved. It comes
	// after ConnectTo. As they are the caller's choice, Options.Allow is asked
	// about each address as if it were the host.
	Resolve map[HostPort][]netip.Addr
	// UnixSocket is the path of the socket for all connections; "" means TCP.
	UnixSocket string
	// Sources are local addresses to connect from, in turns. An address of the
	// other family than the target's is left out.
	Sources []netip.Addr
}

// destination returns the target to connect to in place of t, or t itself.
func (r *Route) destination(t *target) *target {
	if len(r.ConnectTo)+len(r.Resolve) == 0 {
		return t
	}
	to := *t
	at := HostPort{t.host, t.port}
	if other, found := r.ConnectTo[at]; found {
		at = other
		to.host, to.port, to.ip = other.Host, other.Port, netip.Addr{}
		if ip, err := netip.ParseAddr(other.Host); err == nil {
			to.ip = ip.Unmap()
		}
	}
	to.addresses = r.Resolve[at]
	return &to
}
