//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package workload

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockScratch locks a directory until unlock is called or the process ends,
// however it ends. The error is errLocked where another one has it, or has
// removed it.
func lockScratch(path string) (unlock func(), err error) {
	dir, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || err == nil && !stillThere(dir) {
		err = errLocked
	}
	if err != nil {
		_ = dir.Close() // opened to be locked only
		return nil, err
	}
	return func() { _ = dir.Close() }, nil
}

func stillThere(dir *os.File) bool {
	locked, err := dir.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(dir.Name())
	return err == nil && os.SameFile(locked, now)
}

// create makes a file that has no name any more: whatever becomes of the
// process, the file is gone when it is closed.
func (s scratch) create() (file *os.File, dispose func() error, err error) {
	file, err = os.CreateTemp(s.path, "")
	if err != nil {
		return nil, nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close() // that there is a name left is the worse of the two
		return nil, nil, err
	}
	return file, file.Close, nil
}
