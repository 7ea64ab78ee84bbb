package platform

import (
	"os"
	"path/filepath"
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

// A process uses at least the CPU time of each of its threads.
func TestProcessCPU(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	process, thread := ProcessCPU(), ThreadCPU()
	for ThreadCPU()-thread < 20*time.Millisecond {
	}
	used, computed := ProcessCPU()-process, ThreadCPU()-thread
	if used < computed/2 { // the kernel estimates user and system time apart
		t.Errorf("the process used %v of CPU time, one of its threads %v", used, computed)
	}
}

// What was stolen and what is busy are different columns of the first line.
// Both are 0 if a column is missing, as with an old kernel, or no number.
func TestCPUTime(t *testing.T) {
	for stat, want := range map[string][2]time.Duration{
		"cpu  1 2 3 400 500 6 7 250 900 1000\ncpu0 1 2\n": {2500 * time.Millisecond, 190 * time.Millisecond},
		"cpu  1 2 3 4":                {},
		"cpu  1 2 3 4 5 6 7 x 9 10\n": {0, 190 * time.Millisecond},
		"cpu  x 2 3 4 5 6 7 8 9":      {80 * time.Millisecond, 0},
		"":                            {},
	} {
		proc := tree(t, map[string]string{"stat": stat})
		if got := [2]time.Duration{stolenCPU(proc), busyCPU(proc)}; got != want {
			t.Errorf("%q: stolen and busy %v, want %v", stat, got, want)
		}
	}
	if got := StolenCPU(); got < 0 {
		t.Errorf("%v were stolen from this machine", got)
	}
	if got := BusyCPU(); got <= 0 {
		t.Errorf("this machine has used %v", got)
	}
}

// What was stolen is read once a tick.
func TestStolenOnceATick(t *testing.T) {
	proc := tree(t, map[string]string{"stat": "cpu  1 2 3 4 5 6 7 8\n"})
	var cache stolenCache
	start := time.Now()
	check := func(after, want time.Duration) {
		t.Helper()
		if got := cache.get(proc, start.Add(after)); got != want {
			t.Errorf("after %v: %v were stolen, want %v", after, got, want)
		}
	}
	check(0, 8*tick)
	if err := os.WriteFile(filepath.Join(proc, "stat"), []byte("cpu  1 2 3 4 5 6 7 9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check(tick-1, 8*tick)
	check(tick, 9*tick)
}
