package platform

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// PreferHugePages asks the kernel to provide the memory of a large slice in
// huge pages, so that it takes few page faults. The elements must not contain
// pointers. It is a hint: the slice stays as it is, and where the kernel cannot
// follow, nothing changes.
func PreferHugePages[T any](memory []T) {
	first := unsafe.Pointer(unsafe.SliceData(memory))
	size := uintptr(len(memory)) * unsafe.Sizeof(*new(T))
	page := uintptr(os.Getpagesize())
	skipped := -uintptr(first) % page // the part of a page that others may use
	if size < skipped+page {
		return
	}
	size = (size - skipped) / page * page
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(first, skipped)), size), unix.MADV_HUGEPAGE)
}
