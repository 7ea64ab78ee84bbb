package egress

import (
	"net"
	"net/netip"
	"slices"
)

// An ownListener is an address at which the service listens.
type ownListener struct {
	port      uint16
	addresses []netip.Addr // nil means all addresses of this machine
	local     []netip.Addr // addresses of this machine's interfaces
}

// ownReason is the reason for refusing the service's own listener.
const ownReason = "that is this service itself, which is called only where its port is allowed"

// Except returns a list that also refuses a listener of the service. A run that
// calls its own service slows what it measures, and may cancel itself. A rule
// with the listener's port still allows it.
func (l Allowlist) Except(listener netip.AddrPort) Allowlist {
	l.own = append(slices.Clip(l.own), newOwnListener(listener))
	return l
}

func newOwnListener(listener netip.AddrPort) ownListener {
	o := ownListener{port: listener.Port()}
	if own := plainAddress(listener.Addr()); !own.IsUnspecified() {
		o.addresses = []netip.Addr{own}
		return o
	}
	interfaces, _ := net.InterfaceAddrs() // if this fails, loopback is still covered
	for _, address := range interfaces {
		if prefix, err := netip.ParsePrefix(address.String()); err == nil {
			o.local = append(o.local, plainAddress(prefix.Addr()))
		}
	}
	return o
}

// isOwn reports whether a listener of the service listens at an address.
func (l Allowlist) isOwn(at netip.AddrPort) bool {
	return slices.ContainsFunc(l.own, func(o ownListener) bool { return o.covers(at) })
}

// covers reports whether the listener listens at an address.
func (o ownListener) covers(at netip.AddrPort) bool {
	switch address := at.Addr(); {
	case at.Port() != o.port:
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
