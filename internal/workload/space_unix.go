//go:build linux || darwin || freebsd

package workload

import "golang.org/x/sys/unix"

// diskSpace is how many bytes the file system of a directory has free, of how
// many.
func diskSpace(dir string) (free, total int64, known bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0, 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), int64(s.Blocks) * int64(s.Bsize), true //nolint:unconvert // systems differ in these types
}
