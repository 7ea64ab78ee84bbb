//go:build !linux

package platform

import (
	"errors"
	"time"
)

// A Poller exists only on Linux.
type Poller struct{}

// NewPoller returns errors.ErrUnsupported.
func NewPoller() (*Poller, error) { return nil, errors.ErrUnsupported }

// Add returns errors.ErrUnsupported.
func (*Poller) Add(int, int32) error { return errors.ErrUnsupported }

// Remove does nothing.
func (*Poller) Remove(int) {}

// Wait does nothing.
func (*Poller) Wait(time.Duration, func(number int32)) int { return 0 }

// Wake does nothing.
func (*Poller) Wake() {}

// Close does nothing.
func (*Poller) Close() {}
