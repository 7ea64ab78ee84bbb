package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// aurea runs verify reports damaged runs and fails. It asks a service, or reads
// the database while the service uses it.
func TestRunsVerify(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "aurea.db")
	url, _ := aureatest.Serve(t, "--data", data)
	runCommandAt(t, url, "run", "--jobs", "3", "--job-duration", "1ms", "--name", "whole")
	if got := runCommandAt(t, url, "runs", "verify"); got != "runs verified: 1, damaged: 0\n" {
		t.Errorf("without damage it prints %q", got)
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
		checkExit(t, name, code, exitFailure, stderr)
		checkContains(t, name, stdout, "damaged: run "+id+" is not what was kept")
		if !strings.HasSuffix(stdout, "damaged: 1\n") {
			t.Errorf("%s: it prints %q, want one damaged run", name, stdout)
		}
	}
}
