package httpclient

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	s.Config.ErrorLog = discardLog()
	s.StartTLS()
	defer s.Close()
	withCertificate := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	withCertificate.Config.ErrorLog = discardLog()
	withCertificate.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	withCertificate.StartTLS()
	defer withCertificate.Close()
	known := trustedBy(withCertificate)
	known.Certificates = []tls.Certificate{withCertificate.TLS.Certificates[0]}
	plain := serveRaw(t, serveText("HTTP/1.1 400 Bad Request\r\n\r\n"))
	deaf := serveRaw(t, func(*net.TCPConn) {})
	for name, test := range map[string]struct {
		url    string
		config *tls.Config
		says   string // in an error of class tls; "" means success
	}{
		"trusted":            {s.URL, trustedBy(s), ""},
		"trusted by name":    {withHost(s.URL, "example.com"), trustedBy(s), ""},
		"unknown authority":  {s.URL, nil, "certificate signed by unknown authority"},
		"another's name":     {withHost(s.URL, "other.test"), trustedBy(s), "not other.test"},
		"not verified":       {withHost(s.URL, "other.test"), &tls.Config{InsecureSkipVerify: true}, ""},
		"client certificate": {withCertificate.URL, known, ""},
		"none to show":       {withCertificate.URL, trustedBy(s), "certificate"},
		"a plain port":       {strings.Replace(plain.url, "http:", "https:", 1), nil, "agreeing on TLS with 127.0.0.1"},
		"a deaf port":        {strings.Replace(deaf.url, "http:", "https:", 1), nil, "agreeing on TLS with 127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, Options{KeepAlive: true, TLS: test.config, Resolver: resolveToLoopback})
			for i := range 2 {
				a, err := get(t, c, test.url)
				if test.says != "" {
					wantClass(t, err, ClassTLS, test.says)
					continue
				}
				if err != nil || a.Status != 200 {
					t.Errorf("request %d: status %d, error %v", i, a.Status, err)
				}
				if want := i == 0; a.Connected != want || (a.Phases.TLS > 0) != want {
					t.Errorf("request %d: connected: %v, phases %+v", i, a.Connected, a.Phases)
				}
			}
			if test.config == nil {
				return
			}
			if test.config.ServerName != "" || test.config.NextProtos != nil {
				t.Errorf("the caller's configuration was changed: %+v", test.config)
			}
		})
	}
}

// A server that does not negotiate HTTP/2 gets no other request.
func TestHTTP2IsNotSpoken(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	s.Config.ErrorLog = discardLog()
	s.StartTLS()
	defer s.Close()
	_, err := get(t, client(t, Options{HTTP2: true, TLS: trustedBy(s)}), s.URL)
	wantClass(t, err, ClassTLS, "")
	plain := serveRaw(t, serveText("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
	_, err = get(t, client(t, Options{HTTP2: true}), plain.url)
	wantClass(t, err, ClassProtocol, "")
}
