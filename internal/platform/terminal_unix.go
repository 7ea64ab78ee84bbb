//go:build unix

package platform

import (
	"os"

	"golang.org/x/sys/unix"
)

// TerminalSize returns the columns and rows of the terminal that a file is; 0
// if it is none, or does not say.
func TerminalSize(file *os.File) (columns, rows int) {
	size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0
	}
	return int(size.Col), int(size.Row)
}

// TerminalWidth returns the columns of the terminal that a file is; 0 if it is
// none, or does not say.
func TerminalWidth(file *os.File) int {
	columns, _ := TerminalSize(file)
	return columns
}
