//go:build unix

package live

import (
	"os"
	"os/signal"
	"syscall"
)

// notify returns the signals that concern the terminal, until stop is called.
// Those that end the program are among them, because the terminal must be
// restored first.
func notify() (signals <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 8)
	wanted := []os.Signal{
		syscall.SIGWINCH, syscall.SIGTSTP, syscall.SIGCONT, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT,
	}
	if !signal.Ignored(syscall.SIGHUP) {
		wanted = append(wanted, syscall.SIGHUP)
	}
	signal.Notify(c, wanted...)
	return c, func() { signal.Stop(c) }
}

// handle does what a signal means to the view. The command itself stops the run
// at the first one that ends it; a second one ends the program.
func (v *View) handle(received os.Signal, later <-chan os.Signal) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch received {
	case syscall.SIGTSTP:
		v.suspend(later)
	case syscall.SIGCONT:
		v.screen.forget() // the shell has written below it
		v.active = false  // and may have changed the modes of the terminal
	default:
		v.end(received)
	}
}

// suspend stops the program until it is continued. The caller holds the lock.
func (v *View) suspend(later <-chan os.Signal) {
	v.leave(false)
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	// The stop may reach this goroutine late: it must not take the terminal
	// before.
	for received := range later {
		if received == syscall.SIGCONT {
			return
		}
		v.end(received)
	}
}

// end ends the program by a signal that ends it at once. The caller holds the
// lock.
func (v *View) end(received os.Signal) {
	switch received {
	case syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP:
		v.state.Ending = true
		if v.stops++; v.stops > 1 {
			v.die(received)
		}
	case syscall.SIGQUIT:
		v.die(received)
	}
}

// die ends the program by a signal, with the terminal restored.
func (v *View) die(by os.Signal) {
	v.leave(false)
	signal.Reset(by)
	_ = syscall.Kill(os.Getpid(), by.(syscall.Signal))
	select {} // until the signal arrives
}
