//go:build !linux

package platformtest

import (
	"os/exec"
	"testing"
)

// A Terminal is not available on this system.
type Terminal struct{}

// OpenTerminal skips the test: pseudo-terminals are opened as on Linux.
func OpenTerminal(t testing.TB, _, _ int) *Terminal {
	t.Helper()
	t.Skip("pseudo-terminals are opened as on Linux")
	return nil
}

// Start does nothing.
func (*Terminal) Start(*exec.Cmd) {}

// Resize does nothing.
func (*Terminal) Resize(_, _ int) {}

// Press does nothing.
func (*Terminal) Press(string) {}

// Text returns "".
func (*Terminal) Text() string { return "" }

// Raw returns "".
func (*Terminal) Raw() string { return "" }

// CursorHidden returns false.
func (*Terminal) CursorHidden() bool { return false }

// Await returns "".
func (*Terminal) Await(...string) string { return "" }

// Modes returns "".
func (*Terminal) Modes() string { return "" }
