package egress

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// CheckURL checks before a run a URL that jobs will call. It checks the form of
// the URL, and asks Allow about a host that is an address. A host name passes:
// Allow judges its addresses at each connection. The error says what the URL
// must be, or is a *ForbiddenError.
func (l Allowlist) CheckURL(u *url.URL) error {
	if err := checkURLForm(u); err != nil {
		return err
	}
	host, port, err := splitURLHost(u)
	if err != nil {
		return err
	}
	return l.CheckHost(host, port)
}

// CheckProxiedURL checks a URL as CheckURL does, and also its host, since a proxy
// resolves it and Allow never sees its address. So a name must be one of the
// rules; a network allows none.
func (l Allowlist) CheckProxiedURL(u *url.URL) error {
	if err := l.CheckURL(u); err != nil {
		return err
	}
	host, port, err := splitURLHost(u)
	if err != nil || l.any {
		return err
	}
	if address, _ := readHost(host); address.IsValid() {
		return nil // CheckURL has judged it
	}
	if plainHostName(host) == "localhost" { // the proxy may take either address
		if err := l.Allow(host, netip.AddrPortFrom(netip.IPv6Loopback(), port)); err != nil {
			return err
		}
		return l.Allow(host, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port))
	}
	for _, r := range l.rules {
		if r.hasName(host) && r.hasPort(port) {
			return nil
		}
	}
	return fmt.Errorf("the host %s is none of the names that this service may call; a proxy resolves it, so no allowed "+
		"address or network stands for it", quoteShort(host))
}

// CheckHost checks a host without brackets, and its port, as CheckURL does.
func (l Allowlist) CheckHost(host string, port uint16) error {
	address, odd := readHost(host)
	if address.IsValid() {
		if err := l.Allow(host, netip.AddrPortFrom(address, port)); err != nil {
			return err
		}
	}
	if odd != nil {
		return fmt.Errorf("the host %w", odd)
	}
	return nil
}

// checkURLForm checks everything but the host.
func checkURLForm(u *url.URL) error {
	switch {
	case u == nil:
		return errors.New("must be a URL such as http://127.0.0.1:8080/")
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("must begin with http:// or https://; got the scheme %s", quoteShort(u.Scheme))
	case u.User != nil:
		return errors.New("must have no user name or password in it, since URLs are shown and kept; send an " +
			"Authorization header")
	case u.Opaque != "" || u.Host == "":
		return fmt.Errorf("must have a host behind %s://, such as %s://127.0.0.1:8080/", u.Scheme, u.Scheme)
	}
	return nil
}

// splitURLHost splits host and port. Without a port it gives the scheme's.
func splitURLHost(u *url.URL) (string, uint16, error) {
	host, text, found := cutPort(u.Host)
	port := uint16(80)
	if u.Scheme == "https" {
		port = 443
	}
	if found && text != "" { // an empty one is the scheme's (RFC 3986, 3.2.3)
		given, err := parsePort(text)
		if err != nil {
			return "", 0, fmt.Errorf("the port %w", err)
		}
		port = given
	}
	inside, bracketed := cutBrackets(host)
	if bracketed != strings.Contains(inside, ":") {
		return "", 0, fmt.Errorf("must have brackets around its host if that is an IPv6 address, and only then, as "+
			"in http://[2001:db8::1]:8080/; got %s", quoteShort(u.Host))
	}
	return inside, port, nil
}
