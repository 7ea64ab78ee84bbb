package workload

import "testing"

// The default memory limit of any machine that runs this test is over a mebibyte.
func TestDefaultMemory(t *testing.T) {
	if got := DefaultMemory(); got < 1<<20 {
		t.Errorf("DefaultMemory = %d bytes", got)
	}
}
