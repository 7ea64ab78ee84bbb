package platform

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// A terminal has its width; a pipe has none.
func TestTerminalWidth(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("there is no pseudo-terminal: %v", err)
	}
	defer terminal.Close()
	if err := unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 132}); err != nil {
		t.Fatal(err)
	}
	if got := TerminalWidth(terminal); got != 132 {
		t.Errorf("a terminal of 132 columns has %d", got)
	}
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	defer to.Close()
	if got := TerminalWidth(to); got != 0 {
		t.Errorf("a pipe has %d columns", got)
	}
}
