package main

import (
	"os"
	"runtime"
)

// addSpareP lets the service's own goroutines run beside the jobs of a run that
// has all the cores busy. Go would have them wait until it preempts an event
// loop, up to 10 ms for each step of an answer; with one more than there are
// cores the kernel shares them out, at once and fairly. The engine, which was
// made before, goes on with as many event loops as there are cores.
//
// Where the variable GOMAXPROCS or a CPU quota says how many may run at once, that
// stands: what uses more than a quota is held back as a whole. leaveRoom returns
// what undoes it.
func addSpareP(cores int) (undo func()) {
	if os.Getenv("GOMAXPROCS") != "" || cores < runtime.NumCPU() {
		return func() {}
	}
	before := runtime.GOMAXPROCS(cores + 1)
	return func() { runtime.GOMAXPROCS(before) }
}
