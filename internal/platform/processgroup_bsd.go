//go:build unix && !linux

package platform

import "syscall"

// groupAttributes makes a program the leader of a group.
func groupAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
