package store_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// A database of the schema before runs could be taken over is migrated: its
// finished runs are unchanged and have no histograms of workers, its unfinished
// ones are interrupted, because nothing was noted of them.
func TestMigrateFromSchema3(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "old.db")
	for address, connect := range map[string]func() *sql.DB{
		"sqlite://" + file: func() *sql.DB { return openSQLite(t, file) },
		database(t):        nil,
	} {
		s := open(t, address)
		queued := create(t, s, 1, "here")
		finished := storetest.Finished(storetest.NewRun(2), 10)
		finished.Samples.Workers = nil
		finished = storetest.Keep(t, s, finished)
		check(t, s.Close())
		if connect == nil {
			connect = func() *sql.DB { return openSQL(t, address) }
		}
		db := connect()
		for _, statement := range []string{
			`ALTER TABLE runs DROP COLUMN run_epoch`, `ALTER TABLE runs DROP COLUMN noted`,
			`ALTER TABLE runs DROP COLUMN detached`, `DROP TABLE worker_tallies`, `DROP TABLE searches`,
			`ALTER TABLE results DROP COLUMN workers_digest`, `DELETE FROM goose_db_version WHERE version_id > 3`,
		} {
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		check(t, db.Close())

		s = open(t, address)
		interrupted, adoptable, err := s.RecoverAdoptable(t.Context(), "here")
		check(t, err)
		if len(adoptable) != 0 {
			t.Errorf("the runs %q can be adopted, want none", adoptable)
		}
		if len(interrupted) != 1 || interrupted[0].ID != queued.ID {
			t.Errorf("interrupted %+v, want %s", interrupted, queued.ID)
		}
		check(t, s.Verify(t.Context(), finished.ID))
		if _, err := s.WorkerTally(t.Context(), finished.ID, 0); !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("histograms of its worker: %v, want not found", err)
		}
		if got, err := s.Get(t.Context(), finished.ID); err != nil || got.Status != aurea.StatusCompleted {
			t.Errorf("the finished run is %s, %v", got.Status, err)
		}
	}
}

func openSQLite(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	check(t, err)
	return db
}
