//go:build !unix

package platform

// MapMemory allocates memory on Go's heap. The collector frees it in its own
// time, and a later call may get pages that have been touched before.
func MapMemory(size int) (words []uint64, unmap func(), err error) {
	return make([]uint64, size/wordSize), func() {}, nil
}
