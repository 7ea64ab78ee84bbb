//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package platform

import (
	"os"
	"path/filepath"
	"runtime"
)

// LockDir locks a directory with a file in it that stays open until unlock is
// called. The error is ErrLocked if the file exists. Windows refuses to remove a
// file that is open, so a file that can be removed was left by a process that
// ended. On other systems a directory that was locked once stays locked.
func LockDir(path string) (unlock func(), err error) {
	name := filepath.Join(path, "in-use")
	if runtime.GOOS == "windows" {
		_ = os.Remove(name) // if it fails, so does the creation
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, ErrLocked
	}
	return func() { _ = file.Close() }, nil
}
