//go:build !linux

package platform

import (
	"errors"
	"os"
)

// CanDropCache reports whether DropCache works on this system.
const CanDropCache = false

// DropCache returns errors.ErrUnsupported: only Linux can be asked for it.
func DropCache(*os.File) error { return errors.ErrUnsupported }
