package server

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // to alter a run

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// The API reports a damaged run in the list, as a problem where it would be
// shown, and in the probes. Other runs are not affected.
func TestDamagedRun(t *testing.T) {
	data := t.TempDir()
	kept, err := store.Open(t.Context(), data, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	s := serve(t, runs.Options{Store: kept, Owner: "test"}, func(o *Options) { o.Damaged = kept.Damaged })
	client := s.client(t, "")
	var ids []string
	for range 2 {
		run, err := client.Do(t.Context(), decode(t, quick), nil)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, run.ID)
	}
	alterDatabase(t, data, `UPDATE runs SET summary = replace(summary, '"num_jobs":3', '"num_jobs":4') WHERE id = '`+ids[0]+`'`)

	page, err := client.List(t.Context(), aurea.RunQuery{})
	if err != nil || len(page.Runs) != 2 {
		t.Fatalf("%d runs in the list (%v), want both", len(page.Runs), err)
	}
	if page.Runs[0].Damaged != "" || page.Runs[1].Damaged == "" {
		t.Errorf("the runs are damaged: %q and %q; want the second one", page.Runs[0].Damaged, page.Runs[1].Damaged)
	}
	for _, path := range []string{"", "/events", "/jobs", "/histogram"} {
		got := s.call("GET", "/v1/runs/"+ids[0]+path, nil)
		if detail, _ := got.problem(t, 409); !strings.Contains(detail, "run "+ids[0]+" is not what was kept") {
			t.Errorf("%s of it: %q", path, detail)
		}
		if got := s.call("GET", "/v1/runs/"+ids[1]+path, nil); got.status != 200 {
			t.Errorf("%s of the other one: %d", path, got.status)
		}
	}
	for _, test := range []struct{ path, want string }{
		{"/health", `"damaged_runs":1`},
		{"/readyz", `"detail":"1 of the runs in the database are damaged; aurea runs verify says which"`},
	} {
		if got := s.call("GET", test.path, nil); got.status != 200 || !strings.Contains(string(got.body), test.want) {
			t.Errorf("%s answers %d, %s; want %s", test.path, got.status, got.body, test.want)
		}
	}
	for name, of := range map[string]Runs{"manager": s.manager, "client": client} {
		for i, id := range ids {
			if err := of.Verify(t.Context(), id); errors.Is(err, aurea.ErrDamaged) != (i == 0) {
				t.Errorf("by the %s, run %d verifies with %v", name, i, err)
			}
		}
		if err := of.Verify(t.Context(), "x"); !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("by the %s, no run verifies with %v", name, err)
		}
	}
}

// alter changes a database without the service.
func alterDatabase(t *testing.T, data, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, "aurea.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	done, err := db.ExecContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		t.Fatal(fmt.Errorf("altered %d rows: %w", n, err))
	}
}
