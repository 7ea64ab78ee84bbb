package store

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"./data":              filepath.Join("data", "aurea.db"),
		"sqlite:///var/x.db":  "/var/x.db",
		"sqlite://x.db":       "x.db",
		"postgres://h/db?a=b": "postgres://h/db?a=b",
		"postgresql:///db":    "postgresql:///db",
		"C:/data":             filepath.Join("C:/data", "aurea.db"),
	} {
		if _, got := parseAddress(address); got != want {
			t.Errorf("%s opens %q, want %q", address, got, want)
		}
	}
}

// postgresOutageReason separates temporary errors from the store's own faults.
func TestPostgresAwayCodes(t *testing.T) {
	t.Parallel()
	for code, away := range map[string]bool{
		"53100": true, "53300": true, "57P01": true, "08006": true, "58030": true, "25006": true, "42601": false,
		"23505": false, "": false,
	} {
		if err := fmt.Errorf("more: %w", &pgconn.PgError{Code: code}); (postgresOutageReason(err) != "") != away {
			t.Errorf("%q is an outage: %v, want %v", code, !away, away)
		}
	}
	if postgresOutageReason(io.ErrUnexpectedEOF) == "" || postgresOutageReason(errors.New("else")) != "" {
		t.Error("a lost connection is no outage, or another error is one")
	}
}
