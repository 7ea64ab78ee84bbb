package workload

import (
	"errors"
	"os"
	"path/filepath"
)

// scratchName begins the name of every directory that holds nothing but files of
// disk jobs: unless a process has it locked, it can be deleted.
const scratchName = "aurea-scratch-"

// A scratch is a directory for the files of a run. Whoever made it removes it; if
// he is killed before, the next one does.
type scratch struct {
	path   string
	unlock func()
}

// newScratch makes one in a directory, which it makes too. It sweeps first.
func newScratch(in string) (scratch, error) {
	if err := os.MkdirAll(in, 0o750); err != nil {
		return scratch{}, err
	}
	sweep(in)
	for {
		path, err := os.MkdirTemp(in, scratchName)
		if err != nil {
			return scratch{}, err
		}
		unlock, err := lockScratch(path)
		if err == nil {
			return scratch{path, unlock}, nil
		}
		_ = os.RemoveAll(path)
		if !errors.Is(err, errLocked) { // by another sweep, which took it for a leftover
			return scratch{}, err
		}
	}
}

var errLocked = errors.New("another process has it")

// remove removes the directory and all that is in it.
func (s scratch) remove() {
	_ = os.RemoveAll(s.path) // what cannot be removed now is swept later
	s.unlock()
	_ = os.RemoveAll(s.path) // where the lock is a file
}

// Sweep removes what disk jobs left in the host's directory when their process
// was killed. New disk jobs do it too; after a start it makes room at once.
func (h Host) Sweep() { sweep(h.dir()) }

func sweep(in string) {
	found, _ := filepath.Glob(filepath.Join(in, scratchName+"*")) // the pattern is right
	for _, path := range found {
		if info, err := os.Lstat(path); err != nil || !info.IsDir() {
			continue
		}
		if unlock, err := lockScratch(path); err == nil {
			scratch{path, unlock}.remove()
		}
	}
}
