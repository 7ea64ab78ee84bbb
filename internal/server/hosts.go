package server

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
)

// Hosts are what a request may call this service by. A browser takes a page and
// this service for one origin when a name of the page's owner resolves to this
// machine (DNS rebinding), so a name has to be one that the operator named. An
// address cannot be rebound. Loopback addresses and localhost are always right.
type Hosts struct {
	Any       bool     // every host: where each request needs a token anyway
	Addresses bool     // every IP address, and none at all (HTTP/1.0)
	Names     []string // host names, in lower case, each with or without a port
}

// hostName is a host name, with or without a port.
var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?(:[0-9]{1,5})?$`)

// ParseHosts reads host names as an operator gives them, such as aurea.example
// or aurea:5000.
func ParseHosts(names []string) ([]string, error) {
	parsed := make([]string, len(names))
	for i, name := range names {
		parsed[i] = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(name), "."))
		_, err := netip.ParseAddr(strings.Trim(parsed[i], "[]"))
		if err != nil && !hostName.MatchString(parsed[i]) {
			return nil, fmt.Errorf("must be a host name such as aurea.example, with or without a port; got %q", name)
		}
	}
	return parsed, nil
}

// allow reports whether a request with that Host header is answered.
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
