//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package platform

import "os"

// TempFile creates a file in a directory and removes its name at once. Remove
// closes the file, which deletes it; so does the end of the process.
func TempFile(dir string) (file *os.File, remove func() error, err error) {
	file, err = os.CreateTemp(dir, "")
	if err != nil {
		return nil, nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close() // the error of the removal matters more
		return nil, nil, err
	}
	return file, file.Close, nil
}
