package main

import (
	"os"
	"runtime"
)

// addSpareP raises GOMAXPROCS to one more than the engine's event loops, so
// that API requests are answered while jobs keep every core busy. Without the
// spare P a goroutine waits until Go preempts an event loop, up to 10 ms for
// each step of a response. With it the kernel shares the cores at once. The
// number of event loops does not change, because the engine exists already.
//
// addSpareP does nothing if GOMAXPROCS is set in the environment or a CPU quota
// applies: more threads than a quota allows would throttle the whole process.
// It returns a function that restores GOMAXPROCS.
func addSpareP(cores int) (undo func()) {
	if os.Getenv("GOMAXPROCS") != "" || cores < runtime.NumCPU() {
		return func() {}
	}
	before := runtime.GOMAXPROCS(cores + 1)
	return func() { runtime.GOMAXPROCS(before) }
}
