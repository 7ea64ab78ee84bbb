//go:build unix

package platform

import (
	"os"

	"golang.org/x/sys/unix"
)

// TerminalWidth returns the columns of the terminal that a file is; 0 if it is
// none.
func TerminalWidth(file *os.File) int {
	size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}
