//go:build unix

package platform

import "syscall"

// OpenFileLimit returns how many files and connections this process may have
// open at once. It is 0 if that is not known. Go raises the soft limit to the
// hard limit before main starts.
func OpenFileLimit() int64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int64(min(uint64(limit.Cur), 1<<62)) //nolint:unconvert // the type differs between systems
}
