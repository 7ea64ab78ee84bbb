package platform

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// isCached reports whether the start of a file can be read without waiting for
// the disk. It skips the test where the file system cannot say.
func isCached(t *testing.T, file *os.File) bool {
	t.Helper()
	n, err := unix.Preadv2(int(file.Fd()), [][]byte{make([]byte, 4096)}, 0, unix.RWF_NOWAIT)
	switch {
	case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS):
		t.Skipf("this file system cannot read from the cache alone: %v", err)
	case errors.Is(err, unix.EAGAIN):
		return false
	case err != nil:
		t.Fatal(err)
	}
	return n > 0
}

// A file that was written is cached; after DropCache it is not, and its content
// is read from the disk.
func TestDropCache(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var disk unix.Statfs_t
	if err := unix.Fstatfs(int(file.Fd()), &disk); err != nil {
		t.Fatal(err)
	}
	if disk.Type == unix.TMPFS_MAGIC {
		t.Skip("these files are in memory alone")
	}
	if _, err := file.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := file.Sync(); err != nil {
		t.Fatal(err)
	}
	if !isCached(t, file) {
		t.Error("a file that was just written is not cached")
	}
	if err := DropCache(file); err != nil {
		t.Fatal(err)
	}
	if isCached(t, file) {
		t.Error("the file is still cached after DropCache")
	}
	if n, err := file.ReadAt(make([]byte, 1<<20), 0); err != nil {
		t.Errorf("after DropCache %d bytes were read: %v", n, err)
	}
}

func TestDropCacheOfAClosedFile(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := DropCache(file); !errors.Is(err, unix.EBADF) {
		t.Errorf("error %v, want %v", err, unix.EBADF)
	}
}
