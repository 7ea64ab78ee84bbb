package platform

import (
	"math"
	"os"
	"runtime"
	"testing"
)

// The pages of every mapping are new: touching them faults again, even if the
// same memory was mapped before.
func TestMappedPagesAreNew(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const size = 4 << 20
	for round := range 3 {
		words, unmap, err := MapMemory(size)
		if err != nil {
			t.Fatal(err)
		}
		before := ThreadPageFaults()
		for i := 0; i < len(words); i += os.Getpagesize() / wordSize {
			words[i] = 1
		}
		if faults := ThreadPageFaults() - before; faults < size/(2<<20) { // a page may have 2 MiB
			t.Errorf("mapping %d had %d page faults, want its pages new", round, faults)
		}
		unmap()
	}
}

// The kernel refuses more than the address space.
func TestMapTooMuchMemory(t *testing.T) {
	if _, _, err := MapMemory(math.MaxInt - os.Getpagesize() + 1); err == nil {
		t.Error("half of the address space was mapped")
	}
}
