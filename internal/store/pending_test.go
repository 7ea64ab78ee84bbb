package store_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// withQuery returns an address of the shared server with other parameters.
func withQuery(t *testing.T, address string, change func(query url.Values)) string {
	t.Helper()
	u, err := url.Parse(address)
	check(t, err)
	query := u.Query()
	change(query)
	u.RawQuery = query.Encode()
	return u.String()
}

// If PostgreSQL is down or has no free connection when the store is opened, the
// store is unavailable, without revealing users or addresses. When the database
// returns, the store creates the schema and works.
func TestPostgresAwayAtStart(t *testing.T) {
	address := database(t)
	admin := openSQL(t, address)
	for _, statement := range []string{
		"CREATE ROLE crowded LOGIN SUPERUSER",
		"ALTER ROLE crowded NOSUPERUSER CONNECTION LIMIT 0",
		"GRANT ALL ON SCHEMA " + schemaOf(t, address) + " TO crowded",
	} {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	later := filepath.Join(t.TempDir(), "later")
	for _, test := range []struct {
		name, address, why string
		comes              func()
	}{
		{"no server", withQuery(t, address, func(q url.Values) { q.Set("host", later) }),
			"the database cannot be reached", func() {
				u, err := url.Parse(address)
				check(t, err)
				check(t, os.Symlink(u.Query().Get("host"), later))
			}},
		{"no connection", withQuery(t, address, func(q url.Values) { q.Set("user", "crowded") }),
			"the database has no room", func() {
				_, err := admin.ExecContext(context.Background(), "ALTER ROLE crowded SUPERUSER CONNECTION LIMIT -1")
				check(t, err)
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := store.Open(t.Context(), test.address, store.Options{})
			if err != nil {
				t.Fatalf("it does not open: %v", err)
			}
			defer s.Close()
			for name, err := range map[string]error{
				"recover": recoverError(t, s), "ready": s.Ready(t.Context()),
				"list": errOf(s.List(t.Context(), aurea.RunQuery{})), "get": errOf(s.Get(t.Context(), "x")),
				"delete": s.Delete(t.Context(), "x"),
			} {
				if !errors.Is(err, aurea.ErrUnavailable) || !strings.HasSuffix(err.Error(), test.why) {
					t.Errorf("%s: %v, want unavailable: %s", name, err, test.why)
				}
			}
			test.comes()
			if _, _, err := s.Recover(t.Context(), "here"); err != nil {
				t.Fatalf("after it has returned: %v", err)
			}
			run := storetest.NewRun(len(test.name))
			storetest.Keep(t, s, storetest.Finished(run, 10))
			if err := s.Verify(t.Context(), run.ID); err != nil {
				t.Error(err)
			}
		})
	}
}

func errOf[T any](_ T, err error) error { return err }

func recoverError(t *testing.T, s *store.Store) error {
	_, _, err := s.Recover(t.Context(), "here")
	return err
}

func schemaOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	check(t, err)
	return u.Query().Get("search_path")
}

// If a database returns with a newer schema, the store stops waiting for it.
func TestPostgresReturnsNewer(t *testing.T) {
	address := database(t)
	check(t, open(t, address).Close())
	later := filepath.Join(t.TempDir(), "later")
	s, err := store.Open(t.Context(), withQuery(t, address, func(q url.Values) { q.Set("host", later) }),
		store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = openSQL(t, address).ExecContext(t.Context(),
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (10, true)`)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	check(t, err)
	check(t, os.Symlink(u.Query().Get("host"), later))
	_, _, err = s.Recover(t.Context(), "here")
	if err == nil || !strings.Contains(err.Error(), "its schema has version 10") {
		t.Errorf("recovering: %v; want the reason for the refusal", err)
	}
	if errors.Is(err, aurea.ErrUnavailable) {
		t.Errorf("recovering: %v is unavailable, want a permanent error", err)
	}
}
