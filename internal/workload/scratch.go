package workload

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// scratchName begins the name of every directory that holds nothing but files of
// disk jobs. One that has the mark, too, can be deleted, unless a process has it
// locked: a user's directory may have such a name by chance.
const (
	scratchName = "aurea-scratch-"
	scratchMark = ".aurea-scratch"
)

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
		unlock, err := platform.LockDir(path)
		if err == nil {
			made := scratch{path, unlock}
			if err = mark(path); err == nil {
				return made, nil
			}
			unlock()
		}
		_ = os.RemoveAll(path)
		if !errors.Is(err, platform.ErrLocked) { // by another sweep, which took it for a leftover
			return scratch{}, err
		}
	}
}

// mark marks a directory as ours. An empty file takes no room of a full disk.
func mark(path string) error {
	file, err := os.OpenFile(filepath.Join(path, scratchMark), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func marked(path string) bool {
	info, err := os.Lstat(filepath.Join(path, scratchMark))
	return err == nil && info.Mode().IsRegular() && info.Size() == 0
}

// create creates a file that is removed when it is disposed of.
func (s scratch) create() (file *os.File, dispose func() error, err error) {
	return platform.TempFile(s.path)
}

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
	entries, _ := os.ReadDir(in) // what cannot be read is not swept
	for _, entry := range entries {
		path := filepath.Join(in, entry.Name())
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), scratchName) || !marked(path) {
			continue
		}
		if unlock, err := platform.LockDir(path); err == nil {
			scratch{path, unlock}.remove()
		}
	}
}
