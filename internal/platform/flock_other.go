//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package platform

import "os"

// LockFile does nothing, because there is no flock: two processes can hold the
// same lock.
func LockFile(string, os.FileMode) (unlock func(), err error) { return func() {}, nil }

// LockFileShared does nothing, because there is no flock.
func LockFileShared(string, os.FileMode) (unlock func(), err error) { return func() {}, nil }
