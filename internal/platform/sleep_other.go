//go:build !linux

package platform

import "time"

// OwnThread does nothing: only Linux has a slack to turn off.
func OwnThread() {}

// KernelSleep is Go's own sleep, which is late by up to a millisecond.
func KernelSleep(d time.Duration) { time.Sleep(d) }
