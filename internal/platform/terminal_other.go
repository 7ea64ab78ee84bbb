//go:build !unix

package platform

import "os"

// TerminalWidth returns 0: no file is known to be a terminal here.
func TerminalWidth(*os.File) int { return 0 }
