//go:build unix

package platformtest

import (
	"os"
	"syscall"
	"testing"
)

// Suspend stops all threads of a process until Resume.
func Suspend(t testing.TB, process *os.Process) { signal(t, process, syscall.SIGSTOP) }

// Resume continues a suspended process.
func Resume(t testing.TB, process *os.Process) { signal(t, process, syscall.SIGCONT) }

func signal(t testing.TB, process *os.Process, signal os.Signal) {
	t.Helper()
	if err := process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}
