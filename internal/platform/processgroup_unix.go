//go:build unix

package platform

import (
	"os"

	"golang.org/x/sys/unix"
)

// killGroup kills the leader of a group and the rest of the group.
func killGroup(leader *os.Process) {
	_ = unix.Kill(-leader.Pid, unix.SIGKILL) // fails if all have ended
}
