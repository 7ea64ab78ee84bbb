package store_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// filledDatabase returns the file of a closed database with some runs.
func filledDatabase(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.db")
	s := open(t, "sqlite://"+path)
	for i := range 20 {
		run := storetest.NewRun(i)
		if _, err := s.Create(t.Context(), run, aurea.Submission{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Finish(t.Context(), storetest.Finished(run, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// execSQL changes a database without the store.
func execSQL(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// An invalid database is refused with a sentence that says what to do. It is
// not changed, and no files appear beside it.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		spoil func(t *testing.T, path string)
		want  string
	}{
		{"newer", func(t *testing.T, path string) {
			execSQL(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (10, 1)`)
		}, "its schema has version 10 and this program knows versions up to 9; use the newer aurea"},
		{"another program's", func(t *testing.T, path string) {
			execSQL(t, path, `DROP TABLE goose_db_version`)
		}, "it is the database of another program; name another file"},
		{"no database", func(t *testing.T, path string) {
			write(t, path, func(data []byte) []byte { return []byte("PK\x03\x04 not a database at all") })
		}, "it is not an SQLite database; name another file"},
		{"cut short", func(t *testing.T, path string) {
			write(t, path, func(data []byte) []byte { return data[:len(data)/2] })
		}, "it is corrupt; restore it from a copy"},
		{"cut shorter", func(t *testing.T, path string) {
			write(t, path, func(data []byte) []byte { return data[:50] })
		}, "it is corrupt; restore it from a copy"},
		{"a broken schema", func(t *testing.T, path string) {
			write(t, path, func(data []byte) []byte {
				return append(data[:100], append(bytes.Repeat([]byte{0xAA}, 3996), data[4096:]...)...)
			})
		}, "it is corrupt; restore it from a copy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filledDatabase(t)
			test.spoil(t, path)
			before := readFolder(t, filepath.Dir(path))
			_, err := store.Open(t.Context(), "sqlite://"+path, store.Options{})
			if err == nil || !strings.Contains(err.Error(), path+" was left as it is: "+test.want) {
				t.Errorf("opening it: %v, want %q", err, test.want)
			}
			after := readFolder(t, filepath.Dir(path))
			if len(after) != len(before) {
				t.Errorf("%d files after opening, %d before", len(after), len(before))
			}
			for name, data := range after {
				if !bytes.Equal(data, before[name]) {
					t.Errorf("%s was changed", name)
				}
			}
		})
	}
}

func write(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// readFolder returns the contents of a folder's files.
func readFolder(t *testing.T, path string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, entry := range entries {
		if files[entry.Name()], err = os.ReadFile(filepath.Join(path, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// Only one server can use a database: a second is refused until the first has
// closed it.
func TestOpenTwice(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := open(t, data)
	_, err := store.Open(t.Context(), data, store.Options{})
	if err == nil || !strings.Contains(err.Error(),
		"aurea.db is in use by another server; stop that one, or give this one a --data of its own") {
		t.Errorf("opening a second store: %v, want in use", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, "sqlite://"+data) // a folder means the file in it
}

func TestOpenPathWithSigns(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "50% &?mode=memory#ü", "new")
	s := open(t, data)
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(data, "aurea.db")); err != nil {
		t.Error(err)
	}
}

func TestOpenNowhere(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), filepath.Join(file, "data"), store.Options{}); err == nil {
		t.Error("a database was opened in an impossible folder")
	}
}

// An empty file, as a mount creates it, is a new database.
func TestOpenEmptyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, "sqlite://"+path).Ready(t.Context()); err != nil {
		t.Error(err)
	}
}
