//go:build !linux

package platform

import "syscall"

// BindLate does nothing where the system has no such option.
func BindLate(syscall.RawConn) error { return nil }
