//go:build !linux

package httpclient

import (
	"context"
	"errors"
	"time"
)

// An EventLoop exists only on Linux.
type EventLoop struct{}

// NewEventLoop returns errors.ErrUnsupported.
func (*Client) NewEventLoop() (*EventLoop, error) { return nil, errors.ErrUnsupported }

// Close does nothing.
func (*EventLoop) Close() {}

// IO returns "".
func (*EventLoop) IO() string { return "" }

// Wake does nothing.
func (*EventLoop) Wake() {}

// Wait does nothing.
func (*EventLoop) Wait(time.Duration, func(owner any)) int { return 0 }

// Attach returns nil.
func (*EventLoop) Attach(*Request, any) *LoopConn { return nil }

// Open returns nil.
func (*EventLoop) Open(*Request, any) *LoopConn { return nil }

// A LoopConn exists only on Linux.
type LoopConn struct{ Response Response }

// Send returns false.
func (*LoopConn) Send(*Request, time.Time) bool { return false }

// Receive returns LoopStuck.
func (*LoopConn) Receive() (LoopState, time.Time) { return LoopStuck, time.Time{} }

// Detach returns false.
func (*LoopConn) Detach() (begun bool) { return false }

// Resume returns errors.ErrUnsupported.
func (*Client) Resume(context.Context, *LoopConn, int, *Response) error { return errors.ErrUnsupported }
