package platform

import (
	"runtime"
	"testing"
	"time"
)

// A thread uses CPU time when it computes, never more than has passed, and
// next to none when it sleeps.
func TestThreadCPU(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin, before := time.Now(), ThreadCPU()
	for ThreadCPU()-before < 5*time.Millisecond {
	}
	if used, passed := ThreadCPU()-before, time.Since(begin); used > passed {
		t.Errorf("the thread used %v of CPU time in %v", used, passed)
	}
	before = ThreadCPU()
	KernelSleep(20 * time.Millisecond)
	if used := ThreadCPU() - before; used > 10*time.Millisecond {
		t.Errorf("the thread used %v of CPU time in a sleep of 20ms", used)
	}
}
