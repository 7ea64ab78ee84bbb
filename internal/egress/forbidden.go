package egress

import (
	"net/netip"
	"strings"
)

// A ForbiddenError says that an Allowlist refused a call. Nothing was sent.
type ForbiddenError struct {
	Host    string         // as in the URL, without port and brackets
	Address netip.AddrPort // resolved from Host, or parsed
	Reason  string         // the end of a sentence
}

// Error says what was refused and why, and how the operator can allow it.
func (e *ForbiddenError) Error() string {
	var b strings.Builder
	b.WriteString("must not call " + quoteShort(e.Host))
	if e.Address.IsValid() && e.Host != e.Address.Addr().String() {
		b.WriteString(" at " + e.Address.Addr().String())
	}
	b.WriteString(": " + e.Reason)
	if advice := e.advice(); advice != "" {
		b.WriteString("; the operator can allow it with --allow-target " + advice)
	}
	return b.String()
}

// advice returns the rule that would allow the call.
func (e *ForbiddenError) advice() string {
	if !e.Address.IsValid() {
		return ""
	}
	plain := plainAddress(e.Address.Addr())
	if e.Reason == ownReason {
		return netip.AddrPortFrom(plain, e.Address.Port()).String()
	}
	read, err := readHost(e.Host)
	named := err == nil && !read.IsValid()
	switch {
	case needsListing(plain):
		return plain.String()
	case plain.IsLoopback():
		return "localhost"
	case named:
		return plainHostName(e.Host)
	}
	return plain.String()
}

// needsListing reports whether only a rule with the exact address allows a
// call.
func needsListing(plain netip.Addr) bool {
	for _, within := range embeddedIPv4(plain) {
		if within.IsLoopback() || specialKind(within) != "" {
			return true
		}
	}
	return specialKind(plain) != ""
}
