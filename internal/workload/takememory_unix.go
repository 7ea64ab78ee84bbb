//go:build unix

package workload

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// takeMemory takes memory from the system itself, and free gives it back to it:
// each job has its pages anew, and Go's collector knows nothing of them. bytes is
// a multiple of the size of a page.
func takeMemory(bytes int) (words []uint64, free func(), err error) {
	mapped, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	words = unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(mapped))), bytes/wordBytes)
	return words, func() { _ = unix.Munmap(mapped) }, nil // what was mapped can be unmapped
}
