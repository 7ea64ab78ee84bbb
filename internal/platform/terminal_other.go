//go:build !unix

package platform

import "os"

// TerminalSize returns 0: no file is known to be a terminal here.
func TerminalSize(*os.File) (columns, rows int) { return 0, 0 }

// TerminalWidth returns 0: no file is known to be a terminal here.
func TerminalWidth(*os.File) int { return 0 }
