//go:build unix

package platform

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// MapMemory maps zeroed memory from the kernel, outside Go's heap. The pages
// are new: the kernel provides each at its first touch. Unmap returns the
// memory to the kernel; words must not be used after that. The size in bytes
// must be a multiple of the page size.
func MapMemory(size int) (words []uint64, unmap func(), err error) {
	mapped, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	words = unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(mapped))), size/wordSize)
	return words, func() { _ = unix.Munmap(mapped) }, nil // a mapping can always be unmapped
}
