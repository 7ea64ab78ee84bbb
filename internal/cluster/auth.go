package cluster

import (
	"crypto/sha256"
	"crypto/subtle"

	"github.com/nats-io/nats-server/v2/server"
)

// serverUser is the user name of the service's own connections.
const serverUser = "aurea-server"

// An authenticator tells who connects to the embedded server. The service itself
// has a random password. Anyone else is the worker whose id is the user name; its
// password is one of the tokens, if there are any.
type authenticator struct {
	secret [sha256.Size]byte   // hash of the service's password
	tokens [][sha256.Size]byte // hashes of the workers' tokens; none: no token is needed
}

func newAuthenticator(secret string, tokens []string) *authenticator {
	a := &authenticator{secret: sha256.Sum256([]byte(secret))}
	for _, token := range tokens {
		a.tokens = append(a.tokens, sha256.Sum256([]byte(token)))
	}
	return a
}

// Check implements the authentication of the NATS server. It takes the same time
// for any wrong password.
func (a *authenticator) Check(connection server.ClientAuthentication) bool {
	if connection.Kind() != server.CLIENT {
		return false
	}
	given := connection.GetOpts()
	hash := sha256.Sum256([]byte(given.Password))
	if given.Username == serverUser {
		if subtle.ConstantTimeCompare(hash[:], a.secret[:]) != 1 {
			return false
		}
		connection.RegisterUser(&server.User{Username: serverUser, Permissions: serverPermissions()})
		return true
	}
	if !token().MatchString(given.Username) || !a.isToken(hash) {
		return false
	}
	connection.RegisterUser(&server.User{Username: given.Username, Permissions: workerPermissions(given.Username)})
	return true
}

// isToken reports whether a hash is that of a token; any is without tokens.
func (a *authenticator) isToken(hash [sha256.Size]byte) bool {
	found := 0
	for _, known := range a.tokens {
		found |= subtle.ConstantTimeCompare(hash[:], known[:])
	}
	return found == 1 || len(a.tokens) == 0
}
