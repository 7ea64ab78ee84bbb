//go:build unix

package workload

import (
	"os"

	"golang.org/x/sys/unix"
)

// killGroup kills a process that leads a group, and the rest of the group.
func killGroup(leader *os.Process) {
	_ = unix.Kill(-leader.Pid, unix.SIGKILL) // which fails if all have ended
}
