package egress

import (
	"net"
	"net/netip"
	"slices"
)

// An ownListener is the address at which the service listens. The zero value is
// none.
type ownListener struct {
	port      uint16
	addresses []netip.Addr // nil means all addresses of this machine
	local     []netip.Addr // addresses of this machine's interfaces
}

// ownReason is the reason for refusing the service's own listener.
const ownReason = "that is this service itself, which is called only where its port is allowed"

// Except returns a list that refuses a listener of this process. A run that
// calls its own service slows what it measures, and may cancel itself. A rule
// with the listener's port still allows it.
func (l Allowlist) Except(listener netip.AddrPort) Allowlist {
	l.own = ownListener{port: listener.Port()}
	if own := plainAddress(listener.Addr()); !own.IsUnspecified() {
		l.own.addresses = []netip.Addr{own}
		return l
	}
	interfaces, _ := net.InterfaceAddrs() // if this fails, loopback is still covered
	for _, address := range interfaces {
		if prefix, err := netip.ParsePrefix(address.String()); err == nil {
			l.own.local = append(l.own.local, plainAddress(prefix.Addr()))
		}
	}
	return l
}

// covers reports whether the listener listens at an address.
func (o ownListener) covers(at netip.AddrPort) bool {
	switch address := at.Addr(); {
	case o.port == 0 || at.Port() != o.port:
		return false
	case o.addresses != nil:
		return slices.Contains(o.addresses, address)
	default:
		return address.IsLoopback() || address.IsUnspecified() || slices.Contains(o.local, address)
	}
}

// namesPort reports whether a rule with a port covers an address.
func (l Allowlist) namesPort(host string, at netip.AddrPort) bool {
	return slices.ContainsFunc(l.rules, func(r rule) bool {
		return r.port == at.Port() && r.covers(host, at.Addr(), at.Port())
	})
}
