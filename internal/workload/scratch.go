package workload

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// scratchName begins the name of every directory with the files of a run: those of
// disk jobs, and those that a service sent to its worker. A directory that also has
// the mark may be deleted, unless a process has it locked. Without the mark it may be
// a user's directory with such a name.
const (
	scratchName = "aurea-scratch-"
	scratchMark = ".aurea-scratch"
)

// A scratch is a directory for the files of a run. Its process removes it; if
// that process is killed, the next sweep does.
type scratch struct {
	path   string
	unlock func()
}

// newScratch creates a scratch in a directory, which it creates if needed. It
// sweeps first.
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
		if !errors.Is(err, platform.ErrLocked) { // another sweep has taken it for a leftover
			return scratch{}, err
		}
	}
}

// TempDir creates a directory for files of a run in the policy's directory. The
// caller calls remove when the run is over. If the process is killed before, the
// next sweep removes the directory.
func (p Policy) TempDir() (path string, remove func(), err error) {
	s, err := newScratch(p.dir())
	return s.path, s.remove, err
}

// mark marks a directory as a scratch. The mark is an empty file, which needs no
// room on a full disk.
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

// create creates a file. dispose removes it.
func (s scratch) create() (file *os.File, dispose func() error, err error) {
	return platform.TempFile(s.path)
}

// remove removes the directory with all files in it.
func (s scratch) remove() {
	_ = os.RemoveAll(s.path) // what cannot be removed now is swept later
	s.unlock()
	_ = os.RemoveAll(s.path) // where the lock is a file
}

// Sweep removes the files that runs left in the policy's directory when
// their process was killed. New disk jobs sweep too; sweeping at the start makes
// room immediately.
func (p Policy) Sweep() { sweep(p.dir()) }

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
