package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// ballastSize is how much larger the garbage collector takes the heap for. At
// Go's default it then runs once in 20 MB of garbage beside a heap of 4 MB, not
// once in 4 MB.
const ballastSize = 16 << 20

// addBallast makes garbage collection less frequent while the heap is small,
// until drop is called. A service with many short runs makes much garbage beside
// a small heap; a higher GOGC would let a large heap grow far more. The ballast is
// never touched, so it takes addresses and no memory.
//
// addBallast does nothing if GOGC is set, or if Go's memory limit is so low that
// the ballast would take a part of it that counts.
func addBallast() (drop func()) {
	if os.Getenv("GOGC") != "" || debug.SetMemoryLimit(-1) < 16*ballastSize {
		return func() {}
	}
	ballast := make([]byte, ballastSize)
	return func() { runtime.KeepAlive(ballast) }
}
