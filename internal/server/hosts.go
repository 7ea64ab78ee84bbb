package server

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// Hosts are the accepted Host headers. A browser treats a page and this service
// as one origin when a name of the page's owner resolves to this machine (DNS
// rebinding), so only names that the operator lists are accepted. An address
// cannot be rebound. Loopback addresses and localhost are always accepted.
type Hosts struct {
	Any       bool     // accept every host, because each request needs a token anyway
	Addresses bool     // accept every IP address, and an absent header (HTTP/1.0)
	Names     []string // host names, in lower case, each with or without a port
}

// hostName matches a host name with or without a port.
var hostName = lazyregexp.New(`^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?(:[0-9]{1,5})?$`)

// ParseHosts parses host names such as aurea.example or aurea:5000.
func ParseHosts(names []string) ([]string, error) {
	parsed := make([]string, len(names))
	for i, name := range names {
		parsed[i] = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(name), "."))
		_, err := netip.ParseAddr(strings.Trim(parsed[i], "[]"))
		if err != nil && !hostName().MatchString(parsed[i]) {
			return nil, fmt.Errorf("must be a host name such as aurea.example, with or without a port; got %q", name)
		}
	}
	return parsed, nil
}

// allow reports whether a Host header is accepted.
func (h Hosts) allow(host string) bool {
	host = strings.ToLower(host)
	name, port := host, ""
	if before, after, err := net.SplitHostPort(host); err == nil && strings.Trim(after, "0123456789") == "" {
		name, port = before, ":"+after
	}
	name = strings.TrimSuffix(name, ".")
	address, err := netip.ParseAddr(strings.Trim(name, "[]"))
	switch {
	case h.Any, name == "localhost", strings.HasSuffix(name, ".localhost"):
		return true
	case err == nil && (h.Addresses || address.IsLoopback()):
		return true
	case host == "":
		return h.Addresses
	}
	for _, known := range h.Names {
		if known == name || known == name+port {
			return true
		}
	}
	return false
}
