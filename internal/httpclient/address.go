package httpclient

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// A target is what a connection is made to.
type target struct {
	key    string // unique per scheme, host and port
	secure bool
	host   string
	port   uint16
	ip     netip.Addr // valid if the host is an address

	addresses []netip.Addr // that the caller gives the host; nil if it is resolved
}

// parseURL parses a URL and returns its target.
func parseURL(rawURL string) (*url.URL, target, error) {
	u, err := url.Parse(rawURL)
	if err == nil && u.User != nil || err != nil && strings.Contains(rawURL, "@") { // an error would repeat a password
		return nil, target{}, errors.New("a url must not have a user or a password in it: they belong into a header " +
			"Authorization")
	}
	if err != nil {
		return nil, target{}, err
	}
	t := target{secure: u.Scheme == "https"}
	if !t.secure && u.Scheme != "http" || u.Opaque != "" || u.Hostname() == "" {
		return nil, target{}, fmt.Errorf("%q is no url of the form http://host/path or https://host/path", rawURL)
	}
	u.Host = strings.TrimSuffix(u.Host, ":") // an empty port is the scheme's (RFC 3986, 3.2.3)
	t.host = lowerHost(u.Hostname())
	if !isHost(u.Host) {
		return nil, target{}, fmt.Errorf("the host %q must be written in ASCII, as DNS has it", u.Host)
	}
	if t.port, err = portOf(u, t.secure); err != nil {
		return nil, target{}, err
	}
	if ip, err := netip.ParseAddr(t.host); err == nil {
		t.ip = ip.Unmap()
	}
	u.RawQuery = escapeQuery(u.RawQuery)
	t.key = u.Scheme + "://" + net.JoinHostPort(t.host, strconv.Itoa(int(t.port)))
	return u, t, nil
}

// lowerHost returns a host in lower case. The zone of an address keeps its
// case, because it names an interface.
func lowerHost(host string) string {
	address, zone, zoned := strings.Cut(host, "%")
	if !zoned {
		return strings.ToLower(host)
	}
	return strings.ToLower(address) + "%" + zone
}

// SameOrigin reports whether two URLs have the same scheme, host and port, in
// any spelling.
func SameOrigin(a, b *url.URL) bool {
	_, x, err1 := parseURL(a.Scheme + "://" + a.Host)
	_, y, err2 := parseURL(b.Scheme + "://" + b.Host)
	return err1 == nil && err2 == nil && x.key == y.key
}

// portOf returns the port of a URL, or the default port of its scheme.
func portOf(u *url.URL, secure bool) (uint16, error) {
	switch port := u.Port(); {
	case port != "":
		return parsePort(port)
	case secure:
		return 443, nil
	default:
		return 80, nil
	}
}

func parsePort(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no port", text)
	}
	return uint16(n), nil
}

// hostHeader returns the value of the request's Host header.
func hostHeader(u *url.URL, header Header) (string, error) {
	host := u.Host
	if given, _ := header.Get("Host"); given != "" {
		host = given
	} else if address, zone, zoned := strings.Cut(host, "%"); zoned { // a zone means nothing to the server
		_, port, bracketed := strings.Cut(zone, "]")
		if !bracketed {
			return "", fmt.Errorf("%q is no host: only the zone of an IPv6 address has a percent sign before it", host)
		}
		host = address + "]" + port
	}
	if !isHost(host) {
		return "", fmt.Errorf("%q is no host for a header Host", host)
	}
	return host, nil
}

// isHost reports whether a host and port have only bytes allowed there (RFC
// 3986, 3.2.2).
func isHost(host string) bool {
	return !strings.ContainsFunc(host, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"#/<>?@\\^`{|}", r)
	})
}
