// Package egress decides which addresses jobs may call.
//
// The operator lists hosts, addresses and networks; a spec cannot extend the
// list. CheckURL refuses a URL before a run, and Allow judges the resolved
// address of each connection. A host that programs read in different ways is
// refused. An IPv6 address that embeds an IPv4 one is judged by the IPv4
// address.
//
// Package workload hands Allow to the HTTP client. This package opens no
// connection and resolves no name.
package egress

import (
	"fmt"
	"net/netip"
	"strings"
)

// An Allowlist holds the targets that jobs may call. The operator sets it; a
// spec cannot change it.
//
// The zero value allows loopback alone. A list replaces that: to keep loopback,
// it must have localhost. A special address, such as a link-local one or a
// metadata service, is allowed only by its exact address.
//
// It is an immutable value, safe for concurrent use.
type Allowlist struct {
	any     bool
	rules   []rule
	sockets []string // paths of Unix sockets
	own     []ownListener
}

// loopbackRules are the rules of the zero Allowlist.
var loopbackRules = []rule{
	{network: netip.MustParsePrefix("127.0.0.0/8")},
	{network: netip.MustParsePrefix("::1/128")},
}

// AllowAll returns an Allowlist without limits. It is for a command that a user
// runs on a machine of their own, who could call curl as well.
func AllowAll() Allowlist { return Allowlist{any: true} }

// ParseAllowlist parses the operator's rules: host names, addresses, or
// networks in CIDR notation, each with an optional port; or unix: and the path of
// a Unix socket. A name allows every address that it resolves to, except loopback: only localhost and loopback
// addresses and networks allow that. No rules give the zero Allowlist. The
// error names the wrong rule and shows how to write it.
func ParseAllowlist(rules []string) (Allowlist, error) {
	var l Allowlist
	for _, text := range rules {
		if path, isSocket := strings.CutPrefix(text, unixPrefix); isSocket {
			if err := checkSocketPath(path); err != nil {
				return Allowlist{}, fmt.Errorf("target %s: %w", quoteShort(text), err)
			}
			l.sockets = append(l.sockets, path)
			continue
		}
		parsed, err := parseRule(text)
		if err != nil {
			return Allowlist{}, err
		}
		l.rules = append(l.rules, parsed...)
	}
	return l, nil
}

// Allow returns nil if jobs may connect to an address that the host resolved
// to. The host is written as in the URL, without port and brackets. Call it for
// every connection, also of redirects and polls, since the address of a name
// changes. The error is a *ForbiddenError.
func (l Allowlist) Allow(host string, address netip.AddrPort) error {
	if reason := l.refusal(host, address); reason != "" {
		return &ForbiddenError{Host: host, Address: address, Reason: reason}
	}
	return nil
}

// refusal returns why an address is refused, or "" if it is allowed.
func (l Allowlist) refusal(host string, address netip.AddrPort) string {
	if !address.IsValid() {
		return "it has no address"
	}
	plain := plainAddress(address.Addr())
	if l.any {
		return ""
	}
	if own := netip.AddrPortFrom(plain, address.Port()); l.isOwn(own) && !l.namesPort(host, own) {
		return ownReason
	}
	if l.lists(plain, address.Port()) {
		return ""
	}
	within := embeddedIPv4(plain)
	for _, a := range within {
		if a.IsLoopback() {
			return "it stands for " + a.String() + ", the loopback of another machine"
		}
		if reason := l.refusalOf(host, a, address.Port()); reason != "" {
			return "it stands for " + a.String() + ", and " + reason
		}
	}
	if len(within) > 0 && !isISATAP(plain) {
		return ""
	}
	return l.refusalOf(host, plain, address.Port())
}

// refusalOf is refusal without the check of embedded addresses.
func (l Allowlist) refusalOf(host string, address netip.Addr, port uint16) string {
	if kind := specialKind(address); kind != "" {
		return "that is " + kind + ", which is called only where exactly this address is allowed"
	}
	rules := l.rules
	if l.isDefault() {
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
	case l.isDefault():
		return "this service may call nothing but loopback"
	case named && address.IsLoopback():
		return "that is this machine itself, which the name alone does not allow"
	}
	return "it is none of the targets that this service may call"
}

// isDefault reports whether the operator has given no rule.
func (l Allowlist) isDefault() bool { return len(l.rules)+len(l.sockets) == 0 }

// lists reports whether a rule has exactly this address.
func (l Allowlist) lists(address netip.Addr, port uint16) bool {
	for _, r := range l.rules {
		if r.exact && r.network.Addr() == address && r.hasPort(port) {
			return true
		}
	}
	return false
}
