//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package platform

import (
	"errors"
	"os"
)

// TempFile creates a file in a directory. Remove closes and removes it; the end
// of the process does not.
func TempFile(dir string) (file *os.File, remove func() error, err error) {
	file, err = os.CreateTemp(dir, "")
	if err != nil {
		return nil, nil, err
	}
	return file, func() error { return errors.Join(file.Close(), os.Remove(file.Name())) }, nil
}
