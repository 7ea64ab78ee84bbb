//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package workload

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// lockScratch locks a directory by a file in it that is open: Windows removes no
// such file. Elsewhere nothing is ever swept.
func lockScratch(path string) (unlock func(), err error) {
	name := filepath.Join(path, "in-use")
	if runtime.GOOS == "windows" {
		_ = os.Remove(name) // which works if nobody has it open, and creating it shows it
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, errLocked
	}
	return func() { _ = file.Close() }, nil
}

// create makes a file that is removed when it is disposed of.
func (s scratch) create() (file *os.File, dispose func() error, err error) {
	file, err = os.CreateTemp(s.path, "")
	if err != nil {
		return nil, nil, err
	}
	return file, func() error { return errors.Join(file.Close(), os.Remove(file.Name())) }, nil
}
