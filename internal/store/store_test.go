package store_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/search"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

var (
	_ runs.Store   = (*store.Store)(nil)
	_ search.Store = (*store.Store)(nil)
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashWriterEnv); path != "" {
		os.Exit(writeUntilKilled(path))
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := sharedPostgres.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}))
}

// A testPlace is the address of a database.
type testPlace string

func (p testPlace) Open(t testing.TB) storetest.Store { return open(t, string(p)) }

// open opens a store and closes it when the test ends, unless the test has
// closed it.
func open(t testing.TB, address string) *store.Store {
	t.Helper()
	return openWith(t, address, store.Options{})
}

func openWith(t testing.TB, address string, options store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Place {
		t.Parallel() // each part has its own file
		return testPlace(t.TempDir())
	})
}
