//go:build unix

package platform

import (
	"os"
	"syscall"
)

// HardLinks returns how many names a file has. It is 1 if that is not known.
func HardLinks(path string) (uint64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 1, nil
	}
	return uint64(stat.Nlink), nil //nolint:unconvert // the type differs between systems
}
