//go:build unix

package main

import "syscall"

// openFileLimit is how many files and connections this process may have open at
// once; 0 where that is not known. Go has raised it as far as it could before
// main began.
func openFileLimit() int64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int64(min(uint64(limit.Cur), 1<<62)) //nolint:unconvert // systems differ in the type
}
