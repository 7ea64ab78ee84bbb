//go:build unix && !linux

package workload

import "syscall"

// ownGroup makes a program the leader of a group.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
