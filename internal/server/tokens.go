package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// A Token authorizes requests.
type Token struct {
	Secret   string
	ReadOnly bool // allows only GET and HEAD
}

// A role is what a request's token allows.
type role int

const (
	roleNone role = iota
	roleReadOnly
	roleFull
)

// A hashedToken is a token as the server stores it.
type hashedToken struct {
	hash [sha256.Size]byte
	role role
}

// SetTokens replaces the accepted tokens from the next request on. Without
// tokens every request is accepted. It may be called at any time.
func (s *Server) SetTokens(tokens []Token) {
	known := make([]hashedToken, len(tokens))
	for i, token := range tokens {
		known[i] = hashedToken{sha256.Sum256([]byte(token.Secret)), roleFull}
		if token.ReadOnly {
			known[i].role = roleReadOnly
		}
	}
	s.tokens.Store(&known)
}

// isPublic reports whether a path needs no token: the probes, and the page,
// which contains no secret and asks for the token itself.
func isPublic(path string) bool {
	switch path {
	case "/", "/docs", "/health", "/livez", "/readyz":
		return true
	}
	return strings.HasPrefix(path, "/ui/")
}

// authorize returns the handler that checks the token of a request before next.
func (s *Server) authorize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := *s.tokens.Load()
		if len(known) == 0 || isPublic(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		switch role := roleOf(known, r.Header.Get("Authorization")); {
		case role == roleNone:
			w.Header().Set("WWW-Authenticate", `Bearer realm="aurea"`)
			writeProblem(w, http.StatusUnauthorized,
				"this service needs a token; send it as the header Authorization: Bearer TOKEN")
		case role == roleReadOnly && r.Method != http.MethodGet && r.Method != http.MethodHead:
			writeProblem(w, http.StatusForbidden, "this token may only read; "+r.Method+" needs one that may run")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// roleOf returns the role of an Authorization header. It compares with every
// token in constant time.
func roleOf(known []hashedToken, authorization string) role {
	scheme, secret, _ := strings.Cut(authorization, " ")
	given := sha256.Sum256([]byte(secret))
	found := 0
	for _, token := range known {
		equal := subtle.ConstantTimeCompare(given[:], token.hash[:])
		found = subtle.ConstantTimeSelect(equal, int(token.role), found)
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return roleNone
	}
	return role(found)
}
