package server

import (
	"fmt"
	"net/http"
	"time"
)

// middleware returns the handler that checks the host, origin and token of
// every request before next. It sets security headers and timeouts.
func (s *Server) middleware(next http.Handler) http.Handler {
	// A page of another origin must not start runs through a user's browser.
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, http.StatusForbidden, "the request comes from a page of another origin")
	}))
	checked := crossOrigin.Handler(s.authorize(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
		w = withTimeouts(w, r)
		if !s.options.Hosts.allow(r.Host) {
			writeProblem(w, http.StatusForbidden, fmt.Sprintf(
				"this service does not answer to the host %q; name it with --allow-host when the service starts, if "+
					"it is yours", r.Host))
			return
		}
		r, done := withClientContext(r)
		defer done()
		checked.ServeHTTP(w, r)
		s.options.Log.Debug("request", "method", r.Method, "path", r.URL.Path, "took", time.Since(start))
	})
}
