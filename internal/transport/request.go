package transport

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// A Request is what is to be sent, made once and never changed: many goroutines
// may send the same one at once.
type Request struct {
	target     target
	wire       []byte // as it is written
	toHEAD     bool
	idempotent bool // to send it twice is to send it once (RFC 9110, 9.2.2)

	http2 *http.Request // of a client that speaks it
	body  []byte
}

// A target is a place to connect to.
type target struct {
	key    string // one for each scheme, host and port
	secure bool
	host   string
	port   uint16
	ip     netip.Addr // where the host is an address
}

// NewRequest prepares a request. A header Host takes the place of the url's; an
// empty User-Agent leaves it out. The body is copied for HTTP/1.1 and must not
// change for HTTP/2.
//
// It refuses what would not arrive as it was meant: a url that is not http or
// https or has a user in it, names and values that HTTP does not allow, and
// headers that say how a message is framed, which is the client's to say.
func (c *Client) NewRequest(method, rawURL string, header http.Header, body []byte) (*Request, error) {
	if method == "" || !isToken([]byte(method)) || method == http.MethodConnect {
		return nil, fmt.Errorf("%q is no method that a job may use", method)
	}
	u, t, err := parseURL(rawURL)
	if err != nil {
		return nil, err
	}
	if err := checkHeader(header, len(body)); err != nil {
		return nil, err
	}
	r := &Request{target: t, toHEAD: method == http.MethodHead, idempotent: isIdempotent(method)}
	host, err := hostHeader(u, header)
	if err != nil {
		return nil, err
	}
	if c.options.HTTP2 {
		r.http2, r.body = http2Request(method, u, host, header, body), body
		return r, nil
	}
	r.wire = serialize(method, requestTarget(u), host, header, body, c.options.KeepAlive)
	return r, nil
}

func isIdempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return true
	}
	return false
}

// parseURL reads a url and finds where it leads.
func parseURL(rawURL string) (*url.URL, target, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, target{}, err
	}
	if u.User != nil {
		return nil, target{}, errors.New("a url must not have a user or a password in it: they belong into a header Authorization")
	}
	t := target{secure: u.Scheme == "https"}
	if !t.secure && u.Scheme != "http" || u.Opaque != "" || u.Hostname() == "" {
		return nil, target{}, fmt.Errorf("%q is no url of the form http://host/path or https://host/path", rawURL)
	}
	t.host = strings.ToLower(u.Hostname())
	if !isHost(u.Host) {
		return nil, target{}, fmt.Errorf("the host %q must be written in ASCII, as DNS has it", u.Host)
	}
	if t.port, err = portOf(u, t.secure); err != nil {
		return nil, target{}, err
	}
	if ip, err := netip.ParseAddr(t.host); err == nil {
		t.ip = ip.Unmap()
	}
	t.key = u.Scheme + "://" + net.JoinHostPort(t.host, strconv.Itoa(int(t.port)))
	return u, t, nil
}

func portOf(u *url.URL, secure bool) (uint16, error) {
	switch port := u.Port(); {
	case port != "":
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return 0, fmt.Errorf("%q is no port", port)
		}
		return uint16(n), nil
	case secure:
		return 443, nil
	default:
		return 80, nil
	}
}

// hostHeader is the Host that a request names.
func hostHeader(u *url.URL, header http.Header) (string, error) {
	host := u.Host
	if given := header.Get("Host"); given != "" {
		host = given
	} else if i := strings.IndexByte(host, '%'); i >= 0 { // an address's zone is nobody else's business
		host = host[:i] + host[strings.IndexByte(host, ']'):]
	}
	if !isHost(host) {
		return "", fmt.Errorf("%q is no host for a header Host", host)
	}
	return host, nil
}

// isHost reports whether a host and port have only bytes that any may have (RFC
// 3986, 3.2.2).
func isHost(host string) bool {
	return !strings.ContainsFunc(host, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"#/<>?@\\^`{|}", r)
	})
}

// checkHeader refuses headers that would make another message of it.
func checkHeader(header http.Header, length int) error {
	for name, values := range header {
		if !isToken([]byte(name)) {
			return fmt.Errorf("%q is no name of a header", name)
		}
		for _, value := range values {
			if !isValue(value) {
				return fmt.Errorf("the header %s cannot have the value %q", name, value)
			}
			if err := checkFraming(http.CanonicalHeaderKey(name), value, length); err != nil {
				return err
			}
		}
	}
	return nil
}

// isValue reports whether a header may have a value (RFC 9110, 5.5).
func isValue(value string) bool {
	for i := range len(value) {
		if b := value[i]; b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return true
}

func checkFraming(name, value string, length int) error {
	switch name {
	case "Transfer-Encoding", "Trailer", "Upgrade", "Te", "Keep-Alive", "Proxy-Connection":
		return fmt.Errorf("the header %s is the client's own to set", name)
	case "Connection":
		if !strings.EqualFold(value, "close") && !strings.EqualFold(value, "keep-alive") {
			return fmt.Errorf("the header Connection must be close or keep-alive; got %q", value)
		}
	case "Content-Length":
		if value != strconv.Itoa(length) {
			return fmt.Errorf("the header Content-Length must be the body's, %d, or left out; got %q", length, value)
		}
	}
	return nil
}
