package platform

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// isCached reports whether the start of a file is in the page cache. It only
// looks: a read without waiting would start to load what is not there.
func isCached(t *testing.T, file *os.File) bool {
	t.Helper()
	page := os.Getpagesize()
	mapped, err := unix.Mmap(int(file.Fd()), 0, page, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Munmap(mapped); err != nil {
			t.Error(err)
		}
	}()
	var resident [1]byte
	if _, _, failed := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&mapped[0])), uintptr(page),
		uintptr(unsafe.Pointer(&resident[0]))); failed != 0 {
		t.Fatal(failed)
	}
	return resident[0]&1 != 0
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
