package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// Verifying says which run is damaged and fails; it asks a service, or reads the
// database that the service has open.
func TestRunsVerify(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "aurea.db")
	url, _ := aureatest.Serve(t, "--data", data)
	runCommandAt(t, url, "run", "--jobs", "3", "--job-duration", "1ms", "--name", "whole")
	if got := runCommandAt(t, url, "runs", "verify"); got != "runs verified: 1, damaged: 0\n" {
		t.Errorf("at first it says %q", got)
	}
	runCommandAt(t, url, "run", "--jobs", "3", "--job-duration", "1ms", "--name", "altered")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE results SET series = replace(series, '"ok":3', '"ok":8')
WHERE run_id = (SELECT id FROM runs WHERE name = 'altered')`); err != nil {
		t.Fatal(err)
	}
	var id string
	if err := db.QueryRowContext(t.Context(), `SELECT id FROM runs WHERE name = 'altered'`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"service":  {"--server", url},
		"database": {"--store", "sqlite://" + file},
		"one run":  {"--store", "sqlite://" + file, id},
	} {
		code, stdout, stderr := runCommand(t, "", append([]string{"runs", "verify"}, args...)...)
		if code != exitFailure {
			t.Errorf("%s: exit %d, want %d: %s", name, code, exitFailure, stderr)
		}
		if !strings.Contains(stdout, "damaged: run "+id+" is not what was kept") || !strings.HasSuffix(stdout, "damaged: 1\n") {
			t.Errorf("%s: it says %q", name, stdout)
		}
	}
}
