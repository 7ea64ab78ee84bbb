//go:build linux || darwin || freebsd

package platform

import "golang.org/x/sys/unix"

// DiskSpace returns how many bytes of a directory's file system are free for
// users other than root, and how many it has in total. It reports false if that
// cannot be read.
func DiskSpace(dir string) (free, total int64, known bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0, 0, false
	}
	size := int64(s.Bsize) //nolint:unconvert // the types differ between systems
	return int64(s.Bavail) * size, int64(s.Blocks) * size, true
}
