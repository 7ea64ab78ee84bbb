package server

import (
	"fmt"
	"net/http"
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
