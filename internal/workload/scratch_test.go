package workload

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// The scratch directory of a killed process is swept, at the start and by the
// next jobs. Other entries stay: a directory in use, and what has such a name but
// is no marked directory.
func TestSweep(t *testing.T) {
	for name, sweeps := range map[string]func(Policy){
		"start":     func(p Policy) { p.Sweep() },
		"next jobs": func(p Policy) { open(t, p, "disk", nil, 1).Close() },
	} {
		dir := t.TempDir()
		used, err := newScratch(dir)
		if err != nil {
			t.Fatal(err)
		}
		left := filepath.Join(dir, scratchName+"left")
		users := filepath.Join(dir, scratchName+"x")
		linked := filepath.Join(dir, scratchName+"link")
		stay := []string{
			used.path,
			filepath.Join(dir, "data"),
			filepath.Join(dir, scratchName+"file"),
			filepath.Join(users, "thesis.txt"),
			filepath.Join(users, scratchMark), // a file with content is not a mark
			linked,
		}
		for _, made := range []string{filepath.Join(left, "sub"), users} {
			if err := os.MkdirAll(made, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := mark(left); err != nil {
			t.Fatal(err)
		}
		elsewhere := t.TempDir()
		if err := errors.Join(mark(elsewhere), os.Symlink(elsewhere, linked)); err != nil {
			t.Fatal(err)
		}
		for _, file := range append([]string{filepath.Join(left, "sub", "1")}, stay[1:5]...) {
			if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		sweeps(Policy{Dir: dir})
		if _, err := os.Stat(left); !os.IsNotExist(err) {
			t.Errorf("%s: the leftover directory is still there: %v", name, err)
		}
		for _, path := range stay {
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: swept by mistake: %v", name, err)
			}
		}
		used.remove()
		if _, err := os.Stat(used.path); !os.IsNotExist(err) {
			t.Errorf("%s: remove leaves the directory: %v", name, err)
		}
	}
}

// Runs that begin at the same time do not sweep each other's directories, and
// leave none.
func TestConcurrentScratches(t *testing.T) {
	dir := t.TempDir()
	var users sync.WaitGroup
	for range 8 {
		users.Go(func() {
			for range 20 {
				s, err := newScratch(dir)
				if err != nil {
					t.Error(err)
					return
				}
				file, dispose, err := s.create()
				if err != nil {
					t.Error(err)
				} else if _, err := file.WriteString("x"); err != nil {
					t.Error(err)
				} else if err := dispose(); err != nil {
					t.Error(err)
				}
				s.remove()
			}
		})
	}
	users.Wait()
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d directories are left", len(left))
	}
}
