package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// openAltered opens a database in which the statement altered the second of
// three finished runs.
func openAltered(t *testing.T, statement string) *store.Store {
	t.Helper()
	data := t.TempDir()
	s := open(t, data)
	for i := range 3 {
		storetest.Keep(t, s, storetest.Finished(storetest.NewRun(i), 100))
	}
	check(t, s.Close())
	execSQL(t, filepath.Join(data, "aurea.db"), statement)
	return open(t, data)
}

// alterations change the second run from outside.
var alterations = map[string]string{
	"a digit of the result":    `UPDATE runs SET summary = replace(summary, '"completed_jobs":96', '"completed_jobs":98') WHERE id = 'benchmark-000001'`,
	"a digit of the spec":      `UPDATE runs SET spec = replace(spec, '100', '900') WHERE id = 'benchmark-000001'`,
	"the status":               `UPDATE runs SET status = 'failed' WHERE id = 'benchmark-000001'`,
	"the result, not JSON":     `UPDATE runs SET summary = '{"num_jobs":' WHERE id = 'benchmark-000001'`,
	"the spec, not JSON":       `UPDATE runs SET spec = 'x' WHERE id = 'benchmark-000001'`,
	"the spec, of other types": `UPDATE runs SET spec = '{"num_jobs":"x"}' WHERE id = 'benchmark-000001'`,
	"the note, not JSON":       `UPDATE runs SET note = '"' WHERE id = 'benchmark-000001'`,
	"the state, empty":         `UPDATE runs SET state = '' WHERE id = 'benchmark-000001'`,
	"the digest":               `UPDATE runs SET digest = 'sha256:0' WHERE id = 'benchmark-000001'`,
	"the time, a word":         `UPDATE runs SET created_at = 'yesterday' WHERE id = 'benchmark-000001'`,
	"no spec, of an old run":   `UPDATE runs SET spec = '{', checksum = NULL WHERE id = 'benchmark-000001'`,
}

// A list marks an altered run with a reason and omits its result; it lists all
// others, as valid JSON. Reading the run reports the damage.
func TestDamagedRunIsMarked(t *testing.T) {
	t.Parallel()
	for name, statement := range alterations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openAltered(t, statement)
			page, err := s.List(t.Context(), aurea.RunQuery{})
			if err != nil || len(page.Runs) != 3 {
				t.Fatalf("%d runs in the list (%v), want 3", len(page.Runs), err)
			}
			for _, run := range page.Runs {
				damaged := run.ID == storetest.NewRun(1).ID
				if (run.Damaged != "") != damaged {
					t.Errorf("%s is damaged: %q", run.ID, run.Damaged)
				}
				if (run.Result == nil) != damaged {
					t.Errorf("%s has the result %.60s", run.ID, run.Result)
				}
				if _, err := s.Get(t.Context(), run.ID); errors.Is(err, aurea.ErrDamaged) != damaged {
					t.Errorf("reading %s: %v", run.ID, err)
				}
				if _, err := s.Tally(t.Context(), run.ID); errors.Is(err, aurea.ErrDamaged) != damaged {
					t.Errorf("the histograms of %s: %v", run.ID, err)
				}
			}
			var out bytes.Buffer
			check(t, page.WriteJSON(&out))
			readPage(t, out.Bytes())
			if n := s.Damaged(); n != 1 {
				t.Errorf("%d runs are counted as damaged, want 1", n)
			}
			check(t, s.Delete(t.Context(), storetest.NewRun(1).ID))
			if n := s.Damaged(); n != 0 {
				t.Errorf("%d runs are counted as damaged after it was deleted", n)
			}
		})
	}
}

// Damage that a list does not notice is found by reading the run or its
// records, or by the check of all runs. Then the list marks it too.
func TestDamageIsFoundByTheCheck(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"the series":             `UPDATE results SET series = replace(series, '"t":0.5', '"t":0.6') WHERE run_id = 'benchmark-000001'`,
		"the histograms":         `UPDATE results SET tally = X'00' WHERE run_id = 'benchmark-000001'`,
		"no details":             `DELETE FROM results WHERE run_id = 'benchmark-000001'`,
		"a record":               `UPDATE jobs SET records = substr(records, 1, 20) || X'00' || substr(records, 22) WHERE run_id = 'benchmark-000001'`,
		"the records are others": `UPDATE jobs SET (records, checksum) = (SELECT '', NULL) WHERE run_id = 'benchmark-000001'`,
		"no records":             `DELETE FROM jobs WHERE run_id = 'benchmark-000001'`,
		"a worker's histograms":  `UPDATE worker_tallies SET tally = X'00' WHERE run_id = 'benchmark-000001' AND n = 1`,
		"no worker's histograms": `DELETE FROM worker_tallies WHERE run_id = 'benchmark-000001'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openAltered(t, statement)
			check(t, s.Check(t.Context(), time.Minute))
			if n := s.Damaged(); n != 1 {
				t.Errorf("%d runs are counted as damaged, want 1", n)
			}
			page, err := s.List(t.Context(), aurea.RunQuery{})
			if err != nil || len(page.Runs) != 3 {
				t.Fatalf("the list is %+v, %v; want three runs", page, err)
			}
			if page.Runs[1].Damaged == "" {
				t.Error("the list does not mark the damaged run")
			}
			for i := range 3 {
				if err := s.Verify(t.Context(), storetest.NewRun(i).ID); errors.Is(err, aurea.ErrDamaged) != (i == 1) {
					t.Errorf("run %d verifies with %v", i, err)
				}
			}
		})
	}
}

// The check continues where it ended. After all runs it starts over a day
// later.
func TestCheckGoesOn(t *testing.T) {
	t.Parallel()
	s := openAltered(t, `UPDATE results SET tally = X'00' WHERE run_id = 'benchmark-000000'`) // the last run checked
	for step, want := range []int{0, 0, 1} {
		check(t, s.Check(t.Context(), 0))
		if n := s.Damaged(); n != want {
			t.Errorf("after %d runs %d are counted as damaged, want %d", step+1, n, want)
		}
	}
	check(t, s.Check(t.Context(), time.Minute))
	check(t, s.Check(t.Context(), time.Minute)) // has nothing to check
}

// An unreadable unfinished run is ended when its server has died, and does not
// keep the next server from starting.
func TestRecoverOfADamagedRun(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := open(t, data)
	for i := range 2 {
		storetest.Keep(t, s, storetest.NewRun(i))
	}
	check(t, s.Close())
	execSQL(t, filepath.Join(data, "aurea.db"), `UPDATE runs SET state = '{' WHERE id = 'benchmark-000000'`)
	s = open(t, data)
	runs, _, err := s.Recover(t.Context(), "here")
	if err != nil || len(runs) != 2 {
		t.Fatalf("recovered %d runs, %v; want both", len(runs), err)
	}
	for i := range 2 {
		run, err := s.Get(t.Context(), storetest.NewRun(i).ID)
		if err != nil || run.Status != aurea.StatusInterrupted {
			t.Errorf("run %d is %s, %v; want interrupted", i, run.Status, err)
		}
		if damaged := i == 0; (run.Error != "") != damaged {
			t.Errorf("run %d has the error %q, want one: %v", i, run.Error, damaged)
		}
	}
}

// A database can be read while a server uses it, and as a copy; reading does
// not change it.
func TestOpenReadOnly(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	file := "sqlite://" + filepath.Join(data, "aurea.db")
	if _, err := store.Open(t.Context(), file, store.Options{ReadOnly: true}); err == nil {
		t.Error("a missing database was opened")
	}
	s := open(t, data)
	run := storetest.Keep(t, s, storetest.Finished(storetest.NewRun(1), 100))
	reads := func() {
		t.Helper()
		other, err := store.Open(t.Context(), file, store.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if err := other.Verify(t.Context(), run.ID); err != nil {
			t.Error(err)
		}
		if err := other.Delete(t.Context(), run.ID); !errors.Is(err, aurea.ErrUnavailable) {
			t.Errorf("deleting: %v, want unavailable", err)
		}
	}
	reads()
	check(t, s.Close())
	before := readFolder(t, data)
	reads()
	for name, content := range readFolder(t, data) {
		if !bytes.Equal(content, before[name]) {
			t.Errorf("%s was changed", name)
		}
	}
}

func readPage(t *testing.T, data []byte) {
	t.Helper()
	var page aurea.RunPage
	check(t, json.Unmarshal(data, &page))
	if _, err := page.Decode(); err != nil {
		t.Error(err)
	}
}
