package main

import (
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

// heapGoal returns the size of the heap at which the next collection ends.
func heapGoal() uint64 {
	debug.FreeOSMemory() // collects first
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	metrics.Read(goal)
	return goal[0].Value.Uint64()
}

// With the ballast the heap may grow by twice its size before it is collected. The
// user's GOGC and a low memory limit go before it.
func TestBallast(t *testing.T) {
	t.Setenv("GOGC", "")
	without := heapGoal()
	drop := addBallast()
	if got, want := heapGoal(), without+2*ballastSize*9/10; got < want {
		t.Errorf("the goal is %d bytes, want at least %d", got, want)
	}
	drop()
	before := debug.SetMemoryLimit(15 * ballastSize)
	drop = addBallast()
	if got, most := heapGoal(), without+ballastSize; got > most {
		t.Errorf("with a low memory limit the goal is %d bytes, want at most %d", got, most)
	}
	drop()
	debug.SetMemoryLimit(before)
	t.Setenv("GOGC", "70")
	drop = addBallast()
	if got, most := heapGoal(), without+ballastSize; got > most {
		t.Errorf("with the user's GOGC the goal is %d bytes, want at most %d", got, most)
	}
	drop()
}
