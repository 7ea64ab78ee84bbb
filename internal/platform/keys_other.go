//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package platform

import (
	"errors"
	"os"
)

// InForeground reports false.
func InForeground(*os.File) bool { return false }

// Keys is not supported.
type Keys struct{}

// OpenKeys returns an error.
func OpenKeys(*os.File) (*Keys, error) { return nil, errors.ErrUnsupported }

// Start does nothing.
func (*Keys) Start() error { return nil }

// Stop does nothing.
func (*Keys) Stop() error { return nil }

// Read returns an error.
func (*Keys) Read() ([]byte, error) { return nil, os.ErrClosed }

// Close does nothing.
func (*Keys) Close() error { return nil }

// Release does nothing.
func (*Keys) Release() error { return nil }
