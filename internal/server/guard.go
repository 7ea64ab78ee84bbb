package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
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
		if !s.options.Hosts.allow(r.Host) {
			writeProblem(w, http.StatusForbidden, fmt.Sprintf("this service does not answer to the host %q; name it with --allow-host when the service starts, if it is yours", r.Host))
			return
		}
		r, done := tillGone(r)
		defer done()
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
