//go:build !unix

package platformtest

import (
	"os"
	"testing"
)

// Suspend skips the test: processes cannot be suspended here.
func Suspend(t testing.TB, process *os.Process) {
	t.Helper()
	_ = process.Kill()
	t.Skip("processes cannot be suspended here")
}

// Resume does nothing.
func Resume(testing.TB, *os.Process) {}
