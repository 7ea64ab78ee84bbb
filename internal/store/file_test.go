package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// mode fails the test if a file's rights are others.
func mode(t *testing.T, path string, want os.FileMode) {
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
	data := filepath.Join(t.TempDir(), "new", "data")
	file := filepath.Join(data, "aurea.db")
	files := []string{file, file + "-wal", file + "-shm", file + ".lock"}
	s := open(t, data)
	storetest.Keep(t, s, storetest.Finished(storetest.NewRun(1), 10))
	mode(t, data, 0o700)
	for _, path := range files {
		mode(t, path, 0o600)
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
		mode(t, path, 0o600)
	}
}

// One database is one database by whatever name: two servers on it are one too
// many.
func TestOpenTwiceByAnotherName(t *testing.T) {
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
	path := filled(t)
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
	data, other := t.TempDir(), filepath.Join(t.TempDir(), "link.db")
	said := killed(t, data, 40)
	check(t, os.Symlink(filepath.Join(data, "aurea.db"), other))
	s := open(t, "sqlite://"+other)
	for id := range said {
		if _, err := s.Get(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
