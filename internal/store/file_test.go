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

// mode fails the test if a file's rights are others.
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

// Only the user of the service can read what it keeps: files that were there with
// more rights lose them, and so do those that SQLite makes beside.
func TestFilesAreOurs(t *testing.T) {
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

// One database is one database by whatever name: two servers on it are one too
// many.
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
				t.Errorf("a second store opened with %v", err)
			}
			run := storetest.Keep(t, s, storetest.Finished(storetest.NewRun(1), 10))
			if got, err := s.Get(t.Context(), run.ID); err != nil || got.Digest != run.Digest {
				t.Errorf("the first one has %+v, %v", got, err)
			}
		})
	}
}

// A closed database with two names is refused: what was written through one of
// them and is in its journal would be lost through the other.
func TestOpenRefusesHardLinks(t *testing.T) {
	t.Parallel()
	path := filledDatabase(t)
	other := filepath.Join(t.TempDir(), "other.db")
	check(t, os.Link(path, other))
	_, err := store.Open(t.Context(), "sqlite://"+other, store.Options{})
	if err == nil || !strings.Contains(err.Error(), "has 2 names (hard links)") {
		t.Errorf("it opened with %v", err)
	}
	check(t, os.Remove(other))
	open(t, "sqlite://"+path)
}

// Through a symbolic link one finds the journal that lies beside the file itself.
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

// Of servers that start at once on one new database one gets it, and the others
// are refused.
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
		t.Errorf("%d of them got it, want 1", won)
	}
}

// A copy that was made while a run went on has it interrupted, as far as it was
// known, when a server starts on it; the run itself goes on in the original.
func TestOpenACopyOfOpenRuns(t *testing.T) {
	t.Parallel()
	data, other := t.TempDir(), t.TempDir()
	s := open(t, data)
	run := storetest.NewRun(1)
	run.Status, run.StartedAt, run.Progress = aurea.StatusRunning, &storetest.Began, &aurea.RunProgress{Started: 7, OK: 5}
	storetest.Keep(t, s, run)
	execSQL(t, filepath.Join(data, "aurea.db"), "VACUUM INTO '"+filepath.Join(other, "aurea.db")+"'")
	restored := open(t, other)
	if got := recovered(t, restored, "here"); got != fmt.Sprint([]string{run.ID}) {
		t.Errorf("of the copy %s were recovered, want %s", got, run.ID)
	}
	got, err := restored.Get(t.Context(), run.ID)
	if err != nil || got.Status != aurea.StatusInterrupted || got.Progress.OK != 5 {
		t.Errorf("in the copy it is %s, %+v, %v", got.Status, got.Progress, err)
	}
	if _, err := s.Finish(t.Context(), storetest.Finished(storetest.NewRun(1), 10)); err != nil {
		t.Errorf("in the original: %v", err)
	}
}

// Records that a server had brought into the database when it died go with the
// run's end.
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
