package httpclient

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// A Proxy is an HTTP proxy and who asks it. It does not change.
type Proxy struct {
	target        target
	authorization string // the value of Proxy-Authorization; "" for none
}

// NewProxy returns the proxy of a URL such as http://user:password@host:3128.
// No error repeats the URL, which may have a password.
func NewProxy(rawURL string) (*Proxy, error) {
	wrong := errors.New("must be the URL of an HTTP proxy, such as http://proxy.example:3128 or " +
		"http://user:password@proxy.example:3128")
	u, err := url.Parse(rawURL)
	switch {
	case err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, wrong
	case u.Scheme != "http":
		return nil, fmt.Errorf("must begin with http://; proxies of the scheme %.20q are not supported", u.Scheme)
	}
	user := u.User
	u.User = nil
	p := &Proxy{}
	if _, p.target, err = parseURL(u.String()); err != nil {
		return nil, wrong
	}
	if user != nil {
		password, _ := user.Password()
		credentials := user.Username() + ":" + password
		p.authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
	}
	return p, nil
}

// Host returns the host of the proxy without brackets, and its port.
func (p *Proxy) Host() HostPort { return HostPort{p.target.host, p.target.port} }

// header returns the header of a request that the proxy reads.
func (p *Proxy) header(header Header) Header {
	if _, given := header.Get("Proxy-Authorization"); given || p.authorization == "" {
		return header
	}
	return append(header[:len(header):len(header)], Field{"Proxy-Authorization", p.authorization})
}

// absoluteForm returns the target of a request to a proxy (RFC 9112, 3.2.2).
func absoluteForm(u *url.URL) (string, error) {
	host, err := hostHeader(u, nil)
	return u.Scheme + "://" + host + u.RequestURI(), err
}

// tunnel makes a connection to the proxy one to a target (RFC 9110, 9.3.6).
func (c *Client) tunnel(ctx context.Context, t *target, made *conn, phases *Phases) error {
	start := now()
	defer func() { phases.Connect += now() - start }()
	to := net.JoinHostPort(t.host, strconv.Itoa(int(t.port)))
	stage := "asking the proxy to connect to " + to
	if err := made.guard.enter(ctx, start); err != nil {
		return classify(ctx, ClassProxy, stage, err)
	}
	request := serialize("CONNECT", to, to, c.options.Proxy.header(nil), nil, true)
	if _, err := made.stream.Write(request); err != nil {
		return classify(ctx, ClassProxy, stage, err)
	}
	var h head
	_, err := made.in.readHead(&h, nil)
	var known *Error
	switch {
	case errors.As(err, &known):
		return failf(ClassProxy, "%s: %w", stage, known.Err)
	case err != nil:
		return classify(ctx, ClassProxy, stage, err)
	case h.status == 407:
		return c.options.Proxy.wantsCredentials()
	case h.status >= 300:
		return failf(ClassProxy, "the proxy %s does not connect to %s: its status is %d", c.options.Proxy.Host(), to,
			h.status)
	case len(made.in.buffered()) > 0:
		return failf(ClassProxy, "the proxy %s sends more than the head of its answer", c.options.Proxy.Host())
	}
	made.in.release()
	return nil
}

// wantsCredentials returns the error of a request with a status of 407.
func (p *Proxy) wantsCredentials() error {
	if p.authorization == "" {
		return failf(ClassProxy, "the proxy %s wants a user and a password (407): give them in its URL", p.Host())
	}
	return failf(ClassProxy, "the proxy %s does not take the user and the password of its URL (407)", p.Host())
}

// errNoProxy is the error of a request that cannot go through a proxy.
var errNoProxy = errors.New("HTTP/2 without TLS goes through no proxy; take https, or version 1.1 of HTTP")

// checkProxied returns an error for a host that means something only here.
func checkProxied(t *target) error {
	if t.ip.IsValid() && t.ip.Zone() != "" {
		return fmt.Errorf("the zone of the address %s means nothing to a proxy", t.ip)
	}
	return nil
}
