package store

import (
	"context"
	"errors"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// openingSuffix is the suffix of the file that is locked while a shared
// database is opened.
const openingSuffix = ".opening"

// openingTimeout is how long opening a shared database waits for others who
// open it. Each takes a few milliseconds.
const openingTimeout = 10 * time.Second

// openSharedFile is openFile, by one process at a time: two would both create
// the schema.
func openSharedFile(ctx context.Context, path string, options Options) (*Store, error) {
	unlock, err := awaitLock(ctx, path+openingSuffix)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return openFile(ctx, path, options)
}

// awaitLock locks a file and waits for others who have it locked.
func awaitLock(ctx context.Context, path string) (unlock func(), err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, openingTimeout, errors.New("another process is opening it"))
	defer cancel()
	for {
		unlock, err := platform.LockFile(path, fileMode)
		if !errors.Is(err, platform.ErrLocked) {
			return unlock, err
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
