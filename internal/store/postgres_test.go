package store_test

import (
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Place { return testPlace(database(t)) })
}

// sharedPostgres is the PostgreSQL server of this package's tests.
var sharedPostgres struct {
	sync.Once
	*aureatest.Postgres
	err error
}

var schemas atomic.Int64

// database returns the address of an empty schema in the shared server. The
// first test that needs the server starts it; it stops after all tests.
func database(t testing.TB) string {
	t.Helper()
	bin := aureatest.PostgresPrograms(t)
	sharedPostgres.Do(func() { sharedPostgres.Postgres, sharedPostgres.err = aureatest.StartPostgres(bin) })
	if sharedPostgres.err != nil {
		t.Fatal(sharedPostgres.err)
	}
	name := fmt.Sprintf("test%d", schemas.Add(1))
	if _, err := openSQL(t, sharedPostgres.Address("public")).Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	return sharedPostgres.Address(name)
}

func openSQL(t testing.TB, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
