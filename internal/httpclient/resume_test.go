package httpclient

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// resumed opens a connection for each of three requests and returns which of
// them continued a session. before is called before each request.
func resumed(t *testing.T, c *Client, url string, before func()) (of [3]bool) {
	t.Helper()
	for i := range of {
		before()
		a, err := get(t, c, url)
		if err != nil || !a.Connected {
			t.Fatalf("request %d: connected: %v, error %v", i, a.Connected, err)
		}
		of[i] = a.Resumed
	}
	return of
}

// A connection continues the session of an earlier one with the host, in every
// version of TLS and of HTTP, if ResumeTLS says so.
func TestTLSIsResumed(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, http2 := range []bool{false, true} {
			for _, resume := range []bool{false, true} {
				name := fmt.Sprintf("%s, HTTP/2 %v, resume %v", tls.VersionName(version), http2, resume)
				t.Run(name, func(t *testing.T) {
					s := httptest.NewUnstartedServer(http.HandlerFunc(echo))
					s.EnableHTTP2 = http2
					s.TLS = &tls.Config{MaxVersion: version}
					s.StartTLS()
					defer s.Close()
					c := client(t, Options{TLS: trustedBy(s), HTTP2: http2, ResumeTLS: resume})
					if got, want := resumed(t, c, s.URL, func() {}), [3]bool{false, resume, resume}; got != want {
						t.Errorf("resumed %v, want %v", got, want)
					}
					other := client(t, Options{TLS: trustedBy(s), HTTP2: http2, ResumeTLS: resume})
					if a, err := get(t, other, s.URL); err != nil || a.Resumed {
						t.Errorf("another client: resumed: %v, error %v", a.Resumed, err)
					}
				})
			}
		}
	}
}

// A session that the server has forgotten costs a whole handshake, and no error.
func TestTLSSessionIsForgotten(t *testing.T) {
	config := &tls.Config{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return config, nil }}
	s.StartTLS()
	defer s.Close()
	config.Certificates = s.TLS.Certificates
	key := byte(0)
	forget := func() {
		key++
		config.SetSessionTicketKeys([][32]byte{{key}})
	}
	c := client(t, Options{TLS: trustedBy(s), ResumeTLS: true})
	if got := resumed(t, c, s.URL, forget); got != [3]bool{} {
		t.Errorf("resumed %v, want none", got)
	}
}
