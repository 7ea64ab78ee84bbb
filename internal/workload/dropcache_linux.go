package workload

import (
	"os"

	"golang.org/x/sys/unix"
)

const canDropCache = true

// dropCache has the system forget what it keeps of a file in memory, as far as it
// is on the disk.
func dropCache(file *os.File) error {
	return unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED)
}
