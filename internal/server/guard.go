package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// guard is what every request passes before it is answered.
func (s *Server) guard(next http.Handler) http.Handler {
	// A page of another origin must not start runs by way of a user's browser.
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, http.StatusForbidden, "the request comes from a page of another origin")
	}))
	guarded := crossOrigin.Handler(s.authorize(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
		if !s.options.AnyHost && !isLoopback(r.Host) {
			// A name that resolves to this machine today may be an attacker's.
			writeProblem(w, http.StatusForbidden, "this service answers only to localhost; to have it answer to other names, start it with a --token-file")
			return
		}
		guarded.ServeHTTP(w, r)
		s.options.Log.Debug("request", "method", r.Method, "path", r.URL.Path, "took", time.Since(start))
	})
}

// open are the paths that need no token: probes, and the page, which holds no
// secret and asks for the token itself.
var open = map[string]bool{"/": true, "/health": true, "/livez": true, "/readyz": true}

func (s *Server) authorize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(s.tokens) == 0 || open[r.URL.Path] || s.knows(r.Header.Get("Authorization")) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="aurea"`)
		writeProblem(w, http.StatusUnauthorized, "this service needs a token; send it as the header Authorization: Bearer TOKEN")
	})
}

// knows compares in constant time, against every token.
func (s *Server) knows(authorization string) bool {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	given := sha256.Sum256([]byte(token))
	known := 0
	for _, hash := range s.tokens {
		known |= subtle.ConstantTimeCompare(given[:], hash[:])
	}
	return ok && known == 1
}

// isLoopback reports whether a host, with or without a port, names this
// machine to itself.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && address.IsLoopback()
}
