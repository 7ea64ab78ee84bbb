//go:build !unix

package workload

// takeMemory takes memory from Go, which gives it back to the system in its own
// time: a later job may find pages that have been touched.
func takeMemory(bytes int) (words []uint64, free func(), err error) {
	return make([]uint64, bytes/wordBytes), func() {}, nil
}
