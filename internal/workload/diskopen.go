package workload

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"syscall"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// open returns disk jobs in a new directory, which Close removes. It writes the
// file that all jobs read, if there is one.
func (p diskParams) open(ctx context.Context, scope Scope, used *Meter) (Jobs, error) {
	dir, err := newScratch(scope.Policy.dir())
	if err != nil {
		return Jobs{}, fmt.Errorf("cannot make a directory for the files of disk jobs: %w", err)
	}
	r := &diskRunner{
		diskParams: p, create: dir.create, data: newPattern(scope.Seed, p.block),
		limit: scope.Policy.DiskLimit(), used: used,
	}
	r.buffers.New = func() any {
		buffer := make([]byte, p.block)
		return &buffer
	}
	jobs := Jobs{Runner: r, Closers: []func(){dir.remove}}
	if p.op != opRead {
		return jobs, nil
	}
	dispose, err := r.share(ctx)
	if err != nil {
		jobs.Close()
		return Jobs{}, fmt.Errorf("cannot prepare the %s that the jobs read: %w", budget.Size(p.bytes), err)
	}
	jobs.Closers = append([]func(){dispose}, jobs.Closers...)
	return jobs, nil
}

// share writes the file that all jobs read.
func (r *diskRunner) share(ctx context.Context) (dispose func(), err error) {
	if !r.used.Take(r.bytes, r.limit) {
		return nil, r.limit.Exceeded(r.bytes)
	}
	file, remove, err := r.create()
	dispose = func() {
		if file != nil {
			_ = remove() // the directory is removed as well, with all its files
		}
		r.used.Give(r.bytes)
	}
	if err == nil {
		watch := NewStopwatch(JobMetrics{})
		err = r.writeAll(ctx, file, 0, &watch)
	}
	if err == nil {
		err = file.Sync() // only what is on the disk can be dropped from memory
	}
	if err != nil {
		dispose()
		return nil, err
	}
	r.shared = file
	return dispose, nil
}

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

// A pattern is the bytes that jobs write. They are random, because some disks
// are faster with bytes that are equal or compress well.
type pattern []byte

const patternShift = 64 << 10 // how many first bytes of the pattern a block may begin at

func newPattern(seed uint64, block int64) pattern {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	p := make(pattern, block+patternShift)
	_, _ = rand.NewChaCha8(key).Read(p) // never fails
	return p
}

// block returns what a job writes at an offset of its file.
func (p pattern) block(job, at, length int64) []byte {
	first := uint64(aurea.NewStream(uint64(job), uint64(at))) % patternShift
	return p[first : first+uint64(length)]
}
