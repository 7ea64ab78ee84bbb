package platform

import "errors"

// ErrLocked means that another process, or another open file of this one, holds
// the lock.
var ErrLocked = errors.New("is locked by another process")
