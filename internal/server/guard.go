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
		w = patient(w, r)
		if !s.options.AnyHost && !isLoopback(r.Host) {
			// A name that resolves to this machine today may be an attacker's.
			writeProblem(w, http.StatusForbidden, "this service answers only to localhost; to have it answer to other names, start it with a --token-file")
			return
		}
		guarded.ServeHTTP(w, r)
		s.options.Log.Debug("request", "method", r.Method, "path", r.URL.Path, "took", time.Since(start))
	})
}

// isOpen reports whether a path needs no token: the probes, and the page, which
// holds no secret and asks for the token itself.
func isOpen(path string) bool {
	switch path {
	case "/", "/docs", "/health", "/livez", "/readyz":
		return true
	}
	return strings.HasPrefix(path, "/ui/")
}

func (s *Server) authorize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(s.tokens) == 0 || isOpen(r.URL.Path) || s.knows(r.Header.Get("Authorization")) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="aurea"`)
		writeProblem(w, http.StatusUnauthorized, "this service needs a token; send it as the header Authorization: Bearer TOKEN")
	})
}

// knows compares in constant time, against every token.
func (s *Server) knows(authorization string) bool {
	scheme, token, _ := strings.Cut(authorization, " ")
	given := sha256.Sum256([]byte(token))
	known := 0
	for _, hash := range s.tokens {
		known |= subtle.ConstantTimeCompare(given[:], hash[:])
	}
	return strings.EqualFold(scheme, "Bearer") && known == 1
}

// isLoopback reports whether a host, with or without a port, names this
// machine to itself.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}
