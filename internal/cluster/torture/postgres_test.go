//go:build unix

package torture

import (
	"database/sql"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of expireLeases

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// startOnPostgres starts a service with two workers that keeps its runs in a new
// PostgreSQL database, so that others can share them.
func startOnPostgres(t *testing.T) *rig {
	t.Helper()
	return startOnPostgresAt(t, startNATS)
}

// startOnPostgresAt is startOnPostgres for a service that meets its workers at the
// NATS server that startNATS starts, or at its own if that returns nil.
func startOnPostgresAt(t *testing.T, startNATS func(*testing.T) *natsBox) *rig {
	t.Helper()
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it starts PostgreSQL")
	}
	postgres, err := aureatest.StartPostgres(aureatest.PostgresPrograms(t))
	t.Cleanup(func() {
		if err := postgres.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, dir: t.TempDir(), store: postgres.Address("public"), nats: startNATS(t), target: startTarget(t, 0),
	}
	r.serve()
	r.addWorker("a")
	r.addWorker("b")
	r.awaitIdle(2)
	return r
}

// another starts another service with the same database and workers.
func (r *rig) another() *rig {
	r.t.Helper()
	other := &rig{t: r.t, dir: r.t.TempDir(), store: r.store, nats: r.nats, target: r.target, workers: r.workers}
	other.serve()
	return other
}

// withoutNATS starts another service with the same database and no workers.
func (r *rig) withoutNATS() *rig {
	r.t.Helper()
	other := &rig{t: r.t, dir: r.t.TempDir(), store: r.store, plain: true, target: r.target}
	other.serve()
	return other
}

// expireLeases lets the leases of all servers with unfinished runs have ended.
// One that lives renews its lease within two seconds.
func (r *rig) expireLeases() {
	r.t.Helper()
	db, err := sql.Open("pgx", r.store)
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	past := time.Now().Add(-time.Second).UnixMicro()
	const expire = "UPDATE owners SET alive_until = $1 WHERE owner IN (SELECT owner FROM runs WHERE finished = 0)"
	if _, err := db.ExecContext(r.t.Context(), expire, past); err != nil {
		r.t.Fatal(err)
	}
}
