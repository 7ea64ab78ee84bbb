package platform

import (
	"fmt"
	"os"
	"path/filepath"
)

// maxSocketPath is the most bytes of a socket's path that the system accepts.
const maxSocketPath = 107

// ShortPath returns a path that names the same file and is short enough for a
// Unix socket. It is valid until release is called, in this process only.
func ShortPath(path string) (short string, release func(), err error) {
	if len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	directory, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	short = fmt.Sprintf("/proc/self/fd/%d/%s", directory.Fd(), filepath.Base(path))
	return short, func() { _ = directory.Close() }, nil // it was opened to be named
}
