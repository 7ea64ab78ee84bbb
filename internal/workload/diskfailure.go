package workload

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// diskFailure returns the failure of a job that could not do something to a
// file.
func diskFailure(what string, err error) error {
	err = WithoutPath(err)
	class := "io"
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) {
			class = "disk_full"
		}
	}
	if platform.OutOfResources(err) {
		class = aurea.GeneratorLimit
	}
	return &Failure{Class: class, Err: fmt.Errorf("cannot %s: %w", what, err)}
}

// WithoutPath returns the cause of a file error without the path, which is this
// host's business.
func WithoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
