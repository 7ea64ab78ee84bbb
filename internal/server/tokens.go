package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// A Token lets a request in.
type Token struct {
	Secret   string
	ReadOnly bool // only what changes nothing: GET and HEAD
}

// A role is what a request's token allows.
type role int

const (
	stranger role = iota
	reader
	runner
)

// A knownToken is a token as the server keeps it.
type knownToken struct {
	hash [sha256.Size]byte
	role role
}

// SetTokens replaces the tokens that are accepted, from the next request on. None
// means that no token is asked for. It may be called at any time.
func (s *Server) SetTokens(tokens []Token) {
	known := make([]knownToken, len(tokens))
	for i, token := range tokens {
		known[i] = knownToken{sha256.Sum256([]byte(token.Secret)), runner}
		if token.ReadOnly {
			known[i].role = reader
		}
	}
	s.tokens.Store(&known)
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
		known := *s.tokens.Load()
		if len(known) == 0 || isOpen(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		switch role := roleOf(known, r.Header.Get("Authorization")); {
		case role == stranger:
			w.Header().Set("WWW-Authenticate", `Bearer realm="aurea"`)
			writeProblem(w, http.StatusUnauthorized, "this service needs a token; send it as the header Authorization: Bearer TOKEN")
		case role == reader && r.Method != http.MethodGet && r.Method != http.MethodHead:
			writeProblem(w, http.StatusForbidden, "this token may only read; "+r.Method+" needs one that may run")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// roleOf compares in constant time, against every token.
func roleOf(known []knownToken, authorization string) role {
	scheme, secret, _ := strings.Cut(authorization, " ")
	given := sha256.Sum256([]byte(secret))
	found := 0
	for _, token := range known {
		equal := subtle.ConstantTimeCompare(given[:], token.hash[:])
		found = subtle.ConstantTimeSelect(equal, int(token.role), found)
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return stranger
	}
	return role(found)
}
