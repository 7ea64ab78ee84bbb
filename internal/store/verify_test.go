package store_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// A finished run verifies until anything stored of it changes.
func TestVerify(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := open(t, data)
	run := create(t, s, 1, "here")
	if err := s.Verify(t.Context(), run.ID); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("before the end: %v, want a conflict", err)
	}
	if err := s.Verify(t.Context(), "x"); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("of no run: %v, want not found", err)
	}
	run = storetest.Finished(run, 100)
	run.Samples.Workers = run.Samples.Workers[:1] // one row of each table
	if _, err := s.Finish(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	note := "seen"
	if _, err := s.Change(t.Context(), run.ID, aurea.RunChange{Note: &note}); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context(), run.ID); err != nil {
		t.Error(err)
	}
	for column, want := range map[string]string{
		"runs.spec": "is not what was kept", "runs.state": "is not what was kept",
		"runs.summary":   "is not what was kept",
		"results.series": "is not what was kept", "results.tally": "is not what was kept",
		"results.detail": "is not what was kept", "worker_tallies.tally": "is not what was kept",
		"jobs.records": "blob 0 of the records of its jobs is broken; restore the database from a copy",
	} {
		table, name, _ := strings.Cut(column, ".")
		file := filepath.Join(data, "aurea.db")
		execSQL(t, file, "CREATE TABLE before AS SELECT "+name+" AS x FROM "+table)
		execSQL(t, file, "UPDATE "+table+" SET "+name+" = CAST(substr("+name+", 1, 20) || 'x' || substr("+name+", 22) AS BLOB)")
		if err := s.Verify(t.Context(), run.ID); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("with a changed %s: %v", column, err)
		}
		execSQL(t, file, "UPDATE "+table+" SET "+name+" = (SELECT x FROM before)")
		execSQL(t, file, "DROP TABLE before")
	}
	if err := s.Verify(t.Context(), run.ID); err != nil {
		t.Error(err)
	}
}
