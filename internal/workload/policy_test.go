package workload

import "testing"

// Jobs may take a part of the memory that this machine has.
func TestHalfTheMemory(t *testing.T) {
	if DefaultMemory() < 1<<20 {
		t.Errorf("half the memory of this machine is %d bytes", DefaultMemory())
	}
}
