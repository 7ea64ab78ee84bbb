package trials

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// CheckTarget returns an error unless a text can be the Target of a System.
func CheckTarget(target string) error {
	if _, _, err := net.SplitHostPort(Address(target)); err != nil {
		return fmt.Errorf("must be a URL or HOST:PORT, such as http://localhost:8080/ready; got %q", target)
	}
	return nil
}

// Address returns the HOST:PORT of a target; "" for a URL without one.
func Address(target string) string {
	if !strings.Contains(target, "://") {
		return target
	}
	parsed, err := url.Parse(target)
	if err != nil || parsed.Host == "" {
		return ""
	}
	port := parsed.Port()
	switch {
	case port == "" && parsed.Scheme == "https":
		port = "443"
	case port == "":
		port = "80"
	}
	return net.JoinHostPort(parsed.Hostname(), port)
}
