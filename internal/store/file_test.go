package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// checkMode checks the permissions of a file.
func checkMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Error(err)
		return
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has the mode %o, want %o", filepath.Base(path), got, want)
	}
}

// Only the service's user can read the database. Existing files lose other
// permissions, and files that SQLite creates have none.
func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "new", "data")
	file := filepath.Join(data, "aurea.db")
	files := []string{file, file + "-wal", file + "-shm", file + ".lock"}
	s := open(t, data)
	storetest.Keep(t, s, storetest.Finished(storetest.NewRun(1), 10))
	checkMode(t, data, 0o700)
	for _, path := range files {
		checkMode(t, path, 0o600)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + ".lock"} {
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, data)
	storetest.Keep(t, s, storetest.Finished(storetest.NewRun(2), 10))
	for _, path := range files {
		checkMode(t, path, 0o600)
	}
}

// A second server on the same database is refused, whatever the name of the
// file.
func TestOpenTwiceByAnotherName(t *testing.T) {
	t.Parallel()
	for name, link := range map[string]func(t *testing.T, file, folder string){
		"symbolic link to the file": func(t *testing.T, file, folder string) {
			check(t, os.Mkdir(folder, 0o700))
			check(t, os.Symlink(file, filepath.Join(folder, "aurea.db")))
		},
		"symbolic link to the folder": func(t *testing.T, file, folder string) {
			check(t, os.Symlink(filepath.Dir(file), folder))
		},
		"hard link": func(t *testing.T, file, folder string) {
			check(t, os.Mkdir(folder, 0o700))
			check(t, os.Link(file, filepath.Join(folder, "aurea.db")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			data, other := t.TempDir(), filepath.Join(t.TempDir(), "other")
			s := open(t, data)
			link(t, filepath.Join(data, "aurea.db"), other)
			_, err := store.Open(t.Context(), other, store.Options{})
			if err == nil || !strings.Contains(err.Error(), "is in use by another server") {
				t.Errorf("opening a second store: %v, want in use", err)
			}
			run := storetest.Keep(t, s, storetest.Finished(storetest.NewRun(1), 10))
			if got, err := s.Get(t.Context(), run.ID); err != nil || got.Digest != run.Digest {
				t.Errorf("the first store has %+v, %v", got, err)
			}
		})
	}
}

// A closed database with two names is refused: the journal of one name would be
// missing under the other.
func TestOpenRefusesHardLinks(t *testing.T) {
	t.Parallel()
	path := filledDatabase(t)
	other := filepath.Join(t.TempDir(), "other.db")
	check(t, os.Link(path, other))
	_, err := store.Open(t.Context(), "sqlite://"+other, store.Options{})
	if err == nil || !strings.Contains(err.Error(), "has 2 names (hard links)") {
		t.Errorf("opening it: %v, want two names", err)
	}
	check(t, os.Remove(other))
	open(t, "sqlite://"+path)
}

// Through a symbolic link the store finds the journal beside the file itself.
func TestOpenThroughALinkAfterACrash(t *testing.T) {
	t.Parallel()
	data, other := t.TempDir(), filepath.Join(t.TempDir(), "link.db")
	said := runAndKillWriter(t, data, 40)
	check(t, os.Symlink(filepath.Join(data, "aurea.db"), other))
	s := open(t, "sqlite://"+other)
	for id := range said {
		if _, err := s.Get(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
}

// If several servers start at once on a new database, one opens it and the
// others are refused.
func TestOpenAtOnceOnAFile(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	errs := make([]error, 4)
	stores := make([]*store.Store, len(errs))
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { stores[i], errs[i] = store.Open(t.Context(), data, store.Options{}) })
	}
	group.Wait()
	won := 0
	for i, err := range errs {
		switch {
		case err == nil:
			won++
			check(t, errors.Join(stores[i].Ready(t.Context()), stores[i].Close()))
		case !strings.Contains(err.Error(), "is in use by another server"):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d servers opened it, want 1", won)
	}
}

// In a copy made during a run, a starting server interrupts the run with its
// last saved progress; in the original the run continues.
func TestOpenACopyOfOpenRuns(t *testing.T) {
	t.Parallel()
	data, other := t.TempDir(), t.TempDir()
	s := open(t, data)
	run := storetest.NewRun(1)
	run.Status, run.StartedAt, run.Progress = aurea.StatusRunning, &storetest.Began,
		&aurea.RunProgress{Started: 7, OK: 5}
	storetest.Keep(t, s, run)
	execSQL(t, filepath.Join(data, "aurea.db"), "VACUUM INTO '"+filepath.Join(other, "aurea.db")+"'")
	restored := open(t, other)
	if got := recovered(t, restored, "here"); got != fmt.Sprint([]string{run.ID}) {
		t.Errorf("in the copy %s were recovered, want %s", got, run.ID)
	}
	got, err := restored.Get(t.Context(), run.ID)
	if err != nil || got.Status != aurea.StatusInterrupted {
		t.Fatalf("in the copy the run is %s, %v; want interrupted", got.Status, err)
	}
	if got.Progress.OK != 5 {
		t.Errorf("in the copy the progress is %+v, want 5 ok", got.Progress)
	}
	if _, err := s.Finish(t.Context(), storetest.Finished(storetest.NewRun(1), 10)); err != nil {
		t.Errorf("in the original: %v", err)
	}
}

// Records that a dead server had staged are deleted when its run is ended.
func TestRecoverLeavesNoRecords(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := open(t, data)
	run := storetest.Keep(t, s, storetest.NewRun(1))
	check(t, s.Close())
	file := filepath.Join(data, "aurea.db")
	execSQL(t, file, "INSERT INTO jobs (run_id, attempt, n, records) VALUES ('"+run.ID+"', 'of the dead', 0, X'00')")
	s = open(t, data)
	recovered(t, s, "here")
	check(t, s.Close())
	checkSound(t, file)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
