package platform

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// LockByte locks one byte of an existing file until unlock is called or the
// process ends. The file may be shorter than the byte's offset. The error is
// ErrLocked if the lock is held.
//
// The lock belongs to the open file. The record locks of a process, such as
// SQLite's, conflict with it only at the same byte, and closing another
// descriptor of the file does not release it.
func LockByte(path string, offset int64) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	lock := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: offset, Len: 1}
	err = unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, &lock)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		err = ErrLocked
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		lock.Type = unix.F_UNLCK
		_ = unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, &lock) // as funlock does
		_ = file.Close()                                        // opened to be locked only
	}, nil
}
