package workload

import (
	"context"
	"fmt"

	"github.com/aurea-orchestrator/aurea/internal/budget"
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
