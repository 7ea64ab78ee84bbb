package platform

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// OwnThread gives the calling goroutine a thread for the rest of its life and
// asks the kernel to wake that thread without the usual 50 µs of slack. The
// thread ends with the goroutine, so the slack needs no undoing.
func OwnThread() {
	runtime.LockOSThread()
	// Where it is refused, sleeps are 50 µs less precise; the delay shows it.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
}

// KernelSleep blocks the thread for d. A signal may end it early.
func KernelSleep(d time.Duration) {
	request := unix.NsecToTimespec(int64(d))
	_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &request, nil)
}
