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
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	defer s.Close()
	withCertificate := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	withCertificate.Config.ErrorLog = quiet()
	withCertificate.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	withCertificate.StartTLS()
	defer withCertificate.Close()
	known := trusting(withCertificate)
	known.Certificates = []tls.Certificate{withCertificate.TLS.Certificates[0]}
	plain := serveRaw(t, saying("HTTP/1.1 400 Bad Request\r\n\r\n"))
	deaf := serveRaw(t, func(*net.TCPConn) {})
	for name, test := range map[string]struct {
		url    string
		config *tls.Config
		says   string // of class tls; "" succeeds
	}{
		"trusted":            {s.URL, trusting(s), ""},
		"trusted by name":    {named(s.URL, "example.com"), trusting(s), ""},
		"unknown authority":  {s.URL, nil, "certificate signed by unknown authority"},
		"another's name":     {named(s.URL, "other.test"), trusting(s), "not other.test"},
		"not verified":       {named(s.URL, "other.test"), &tls.Config{InsecureSkipVerify: true}, ""},
		"client certificate": {withCertificate.URL, known, ""},
		"none to show":       {withCertificate.URL, trusting(s), "certificate"},
		"a plain port":       {strings.Replace(plain.url, "http:", "https:", 1), nil, "agreeing on TLS with 127.0.0.1"},
		"a deaf port":        {strings.Replace(deaf.url, "http:", "https:", 1), nil, "agreeing on TLS with 127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, Options{KeepAlive: true, TLS: test.config, Resolver: atLoopback})
			for i := range 2 {
				a, err := get(t, c, test.url)
				if test.says != "" {
					wantClass(t, err, ClassTLS, test.says)
					continue
				}
				if err != nil || a.Status != 200 || a.Connected != (i == 0) || (a.Phases.TLS > 0) != a.Connected {
					t.Errorf("request %d: status %d, connected: %v, phases %+v, error %v", i, a.Status, a.Connected, a.Phases, err)
				}
			}
			if test.config != nil && (test.config.ServerName != "" || test.config.NextProtos != nil) {
				t.Errorf("the caller's configuration was changed: %+v", test.config)
			}
		})
	}
}

// A server that negotiates no HTTP/2 is not asked in another way.
func TestHTTP2IsNotSpoken(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	defer s.Close()
	_, err := get(t, client(t, Options{HTTP2: true, TLS: trusting(s)}), s.URL)
	wantClass(t, err, ClassTLS, "")
	plain := serveRaw(t, saying("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
	_, err = get(t, client(t, Options{HTTP2: true}), plain.url)
	wantClass(t, err, ClassProtocol, "")
}
