// Package egress decides which addresses jobs may call.
//
// The operator lists hosts, addresses and networks; a spec cannot extend the
// list. CheckURL refuses a URL before a run, and Allow judges the resolved
// address of each connection. A host that programs read in different ways is
// refused. An IPv6 address that embeds an IPv4 one is judged by the IPv4 address.
//
// Package workload hands Allow to the HTTP client. This package opens no
// connection and resolves no name.
package egress

import "net/netip"

// Targets is whom jobs may call. It is the operator's to say, never a spec's.
//
// The zero value allows loopback and nothing else. What is listed takes the
// place of that: whoever lists targets and wants loopback as well lists
// localhost. Link-local addresses, metadata services and the like are allowed by
// no name and no network, only by their exact address.
//
// It is a value, and safe for concurrent use.
type Targets struct {
	any   bool
	rules []targetRule
	own   ownListener
}

// loopbackRules are those of the zero Targets.
var loopbackRules = []targetRule{
	{network: netip.MustParsePrefix("127.0.0.0/8")},
	{network: netip.MustParsePrefix("::1/128")},
}

// AnyTarget allows everything: for somebody's own command on their own machine,
// who could as well call curl.
func AnyTarget() Targets { return Targets{any: true} }

// ParseTargets reads what an operator allows: a host name, an address or a
// network in CIDR notation, each with or without a port. A name stands for
// whatever it resolves to when it is called by that name, but for loopback, which
// only localhost, its addresses and its networks allow. No rule at all gives
// the zero Targets. The error says which rule is wrong, why, and how it would be
// right.
func ParseTargets(rules []string) (Targets, error) {
	var t Targets
	for _, text := range rules {
		parsed, err := parseTargetRule(text)
		if err != nil {
			return Targets{}, err
		}
		t.rules = append(t.rules, parsed...)
	}
	return t, nil
}

// Allow reports whether a connection may be made to an address that the host
// was resolved to, where host is as the URL has it, without port and brackets.
// It is to be asked for every connection, also those of redirects and polls:
// what a name resolves to changes. The error is a *ForbiddenError.
func (t Targets) Allow(host string, address netip.AddrPort) error {
	if reason := t.refusal(host, address); reason != "" {
		return &ForbiddenError{Host: host, Address: address, Reason: reason}
	}
	return nil
}

// refusal is why an address may not be called, and "" when it may.
func (t Targets) refusal(host string, address netip.AddrPort) string {
	if !address.IsValid() {
		return "it has no address"
	}
	plain := plainAddress(address.Addr())
	if t.any {
		return ""
	}
	if own := netip.AddrPortFrom(plain, address.Port()); t.own.answers(own) && !t.namesPort(host, own) {
		return ownReason
	}
	if t.lists(plain, address.Port()) {
		return ""
	}
	within := embeddedIPv4(plain)
	for _, a := range within {
		if a.IsLoopback() {
			return "it stands for " + a.String() + ", the loopback of another machine"
		}
		if reason := t.refusalOf(host, a, address.Port()); reason != "" {
			return "it stands for " + a.String() + ", and " + reason
		}
	}
	if len(within) > 0 && !isISATAP(plain) {
		return ""
	}
	return t.refusalOf(host, plain, address.Port())
}

// refusalOf is refusal for an address that stands for itself.
func (t Targets) refusalOf(host string, address netip.Addr, port uint16) string {
	if kind := specialKind(address); kind != "" {
		return "that is " + kind + ", which is called only where exactly this address is allowed"
	}
	rules := t.rules
	if len(rules) == 0 {
		rules = loopbackRules
	}
	named := false
	for _, r := range rules {
		if r.covers(host, address, port) {
			return ""
		}
		named = named || r.hasName(host)
	}
	switch {
	case len(t.rules) == 0:
		return "this service may call nothing but loopback"
	case named && address.IsLoopback():
		return "that is this machine itself, which the name alone does not allow"
	}
	return "it is none of the targets that this service may call"
}

// lists reports whether exactly this address is allowed.
func (t Targets) lists(address netip.Addr, port uint16) bool {
	for _, r := range t.rules {
		if r.exact && r.network.Addr() == address && r.hasPort(port) {
			return true
		}
	}
	return false
}
