//go:build !linux

package engine

import "time"

// ownThread does nothing: only Linux has a slack to turn off.
func ownThread() {}

// kernelSleep is Go's own sleep, which is late by up to a millisecond.
func kernelSleep(d time.Duration) { time.Sleep(d) }
