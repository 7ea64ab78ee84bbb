//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package platform

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// InForeground reports whether this process may use a terminal: its shell has
// not put it into the background.
func InForeground(f *os.File) bool {
	group, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// Keys reads the keys of a terminal one by one. Its methods may be called
// concurrently.
type Keys struct {
	terminal *os.File
	before   unix.Termios // as the terminal was
	wakeR    *os.File     // readable once the keys are closed
	wakeW    *os.File
}

// OpenKeys returns the keys of a terminal; Start begins to take them.
func OpenKeys(terminal *os.File) (*Keys, error) {
	before, err := unix.IoctlGetTermios(int(terminal.Fd()), getTermios)
	if err != nil {
		return nil, err
	}
	k := &Keys{terminal: terminal, before: *before}
	k.wakeR, k.wakeW, err = os.Pipe()
	return k, err
}

// Start makes the terminal hand over keys at once, and not show them. Keys that
// send signals, such as ctrl-C, still do.
func (k *Keys) Start() error {
	raw := k.before
	raw.Lflag &^= unix.ICANON | unix.ECHO
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(int(k.terminal.Fd()), setTermios, &raw)
}

// Stop makes the terminal as it was before Start.
func (k *Keys) Stop() error {
	return unix.IoctlSetTermios(int(k.terminal.Fd()), setTermios, &k.before)
}

// Read waits for keys and returns them. It takes none while the process is in
// the background, because the system would stop it. The error is os.ErrClosed
// after Close, or that of the terminal.
func (k *Keys) Read() ([]byte, error) {
	const background = 200 * time.Millisecond
	fds := []unix.PollFd{
		{Fd: int32(k.terminal.Fd()), Events: unix.POLLIN}, {Fd: int32(k.wakeR.Fd()), Events: unix.POLLIN},
	}
	for {
		_, err := unix.Poll(fds, -1)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return nil, err
		case fds[1].Revents != 0:
			return nil, os.ErrClosed
		case !InForeground(k.terminal):
			time.Sleep(background)
			continue
		}
		keys := make([]byte, 64)
		n, err := unix.Read(int(k.terminal.Fd()), keys)
		switch {
		case errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN):
			continue
		case err != nil:
			return nil, err
		case n == 0:
			return nil, os.ErrClosed // the terminal is gone
		}
		return keys[:n], nil
	}
}

// Close ends Read. It does not stop the keys.
func (k *Keys) Close() error { return k.wakeW.Close() }

// Release frees what the keys hold, once Read has ended.
func (k *Keys) Release() error { return k.wakeR.Close() }
