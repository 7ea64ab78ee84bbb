package platform

import (
	"os"

	"golang.org/x/sys/unix"
)

// CanDropCache reports whether DropCache works on this system.
const CanDropCache = true

// DropCache removes a file from the page cache, so that the next read comes
// from the disk. Pages that are not on the disk yet stay.
func DropCache(file *os.File) error {
	return unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED)
}
