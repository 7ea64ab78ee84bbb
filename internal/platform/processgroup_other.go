//go:build !unix

package platform

import (
	"os"
	"syscall"
)

// groupAttributes sets nothing: there are no process groups.
func groupAttributes() *syscall.SysProcAttr { return nil }

// killGroup kills the program alone.
func killGroup(leader *os.Process) { _ = leader.Kill() } // fails if it has ended
