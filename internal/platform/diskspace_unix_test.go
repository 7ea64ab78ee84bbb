//go:build linux || darwin || freebsd

package platform

import (
	"path/filepath"
	"testing"
)

func TestDiskSpace(t *testing.T) {
	free, total, known := DiskSpace(t.TempDir())
	if !known {
		t.Fatal("the space of a directory is not known")
	}
	if total <= 0 {
		t.Errorf("%d bytes in total, want more than 0", total)
	}
	if free < 0 || free > total {
		t.Errorf("%d bytes of %d are free", free, total)
	}
	if _, _, known := DiskSpace(filepath.Join(t.TempDir(), "absent")); known {
		t.Error("the space of an absent directory is known")
	}
}
