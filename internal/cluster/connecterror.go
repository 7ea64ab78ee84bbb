package cluster

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
)

// minVersion is the oldest NATS server that is tested.
const minVersion = "2.11"

// checkVersion returns an error for a NATS server that is too old.
func checkVersion(version string) error {
	if majorMinor(version) < majorMinor(minVersion) {
		return fmt.Errorf("it is version %s; use %s or later", version, minVersion)
	}
	return nil
}

// majorMinor returns a number that orders versions by their first two parts; 0
// for what is none.
func majorMinor(version string) int {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	first, err := strconv.Atoi(major)
	second, err2 := strconv.Atoi(minor)
	if err != nil || err2 != nil {
		return 0
	}
	return first<<16 + second
}

// isAway reports whether an error means that the server cannot be reached now,
// so that a later attempt may succeed.
func isAway(err error) bool {
	var operation *net.OpError
	var lookup *net.DNSError
	switch {
	case errors.Is(err, nats.ErrNoServers), errors.Is(err, nats.ErrTimeout), errors.As(err, &lookup):
		return true
	case errors.As(err, &operation):
		return operation.Op != "remote error" // what TLS calls a refusal by the other side
	}
	return false
}

// explain returns the error of a first connection in the user's words.
func (o ConnectOptions) explain(err error) error {
	where := "NATS at " + o.redactedURL()
	var unknownAuthority x509.UnknownAuthorityError
	switch {
	case errors.Is(err, nats.ErrNoServers):
		return fmt.Errorf("%s refuses the connection: nothing listens there, or a firewall forbids it: %w", where, err)
	case errors.Is(err, nats.ErrTimeout):
		return fmt.Errorf("%s does not answer within %v: %w", where, dialTimeout, err)
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked):
		return fmt.Errorf("%s does not accept the token or credentials: %w", where, err)
	case errors.Is(err, nats.ErrSecureConnWanted):
		return fmt.Errorf("%s offers no encryption, and others could read the token on its way: %w", where, err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s closes the connection; it may be no NATS server: %w", where, err)
	case errors.As(err, &unknownAuthority):
		return fmt.Errorf("%s shows a certificate of an unknown authority; give the file of its CA: %w", where, err)
	}
	return fmt.Errorf("%s cannot be reached: %w", where, err)
}

// redactedURL returns the URL without its password.
func (o ConnectOptions) redactedURL() string {
	if o.embedded != nil {
		return "(embedded)"
	}
	addresses, err := parseURLs(o.URL)
	if err != nil {
		return "(invalid)"
	}
	texts := make([]string, 0, len(addresses))
	for _, address := range addresses {
		address.User = nil
		texts = append(texts, address.String())
	}
	return strings.Join(texts, ",")
}
