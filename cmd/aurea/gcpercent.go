package main

import (
	"os"
	"runtime/debug"
)

// serviceGCPercent makes garbage collection half as frequent as Go's default.
const serviceGCPercent = 200

// relaxGC sets serviceGCPercent, unless GOGC is set. restore undoes it. A service
// with many short runs makes much garbage beside a small heap.
func relaxGC() (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(serviceGCPercent)
	return func() { debug.SetGCPercent(before) }
}
