//go:build !unix

package workload

import (
	"os"
	"syscall"
)

// ownGroup is none here: a program is killed alone.
func ownGroup() *syscall.SysProcAttr { return nil }

func killGroup(leader *os.Process) { _ = leader.Kill() } // which fails if it has ended
