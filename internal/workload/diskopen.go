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
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
)

// openDisk makes disk jobs in a directory of their own, which goes with them. A
// file that all of them read is written here.
func openDisk(ctx context.Context, host Host, plan diskPlan, seed uint64) (Jobs, error) {
	dir, err := newScratch(host.dir())
	if err != nil {
		return Jobs{}, fmt.Errorf("cannot make a directory for the files of disk jobs: %w", err)
	}
	d := &disker{diskPlan: plan, create: dir.create, data: newPattern(seed, plan.block), limit: host.diskLimit(), used: &host.usage.disk}
	d.buffers.New = func() any {
		buffer := make([]byte, plan.block)
		return &buffer
	}
	jobs := Jobs{Runner: d, close: []func(){dir.remove}}
	if plan.op != opRead {
		return jobs, nil
	}
	dispose, err := d.share(ctx)
	if err != nil {
		jobs.Close()
		return Jobs{}, fmt.Errorf("cannot prepare the %s that the jobs read: %w", budget.Size(plan.bytes), err)
	}
	jobs.close = append([]func(){dispose}, jobs.close...)
	return jobs, nil
}

// share writes the file that all jobs read.
func (d *disker) share(ctx context.Context) (dispose func(), err error) {
	if !d.used.take(d.bytes, d.limit.most) {
		return nil, d.limit.passed(d.bytes)
	}
	file, gone, err := d.create()
	dispose = func() {
		if file != nil {
			_ = gone() // the directory goes too, and with it whatever is in it
		}
		d.used.give(d.bytes)
	}
	if err == nil {
		lap := newLap(Notes{})
		err = d.writeAll(ctx, file, 0, &lap)
	}
	if err == nil {
		err = file.Sync() // only what is on the disk can be dropped from memory
	}
	if err != nil {
		dispose()
		return nil, err
	}
	d.shared = file
	return dispose, nil
}

// diskFailure is the failure of a job that could not do something to a file.
func diskFailure(what string, err error) error {
	err = pathless(err)
	class := "io"
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) {
			class = "disk_full"
		}
	}
	if httpclient.IsGeneratorLimit(err) {
		class = aurea.GeneratorLimit
	}
	return &Failure{Class: class, Err: fmt.Errorf("cannot %s: %w", what, err)}
}

// pathless is why something could not be done to a file, without its place, which
// is nothing to whoever asked for the job.
func pathless(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// A pattern is the bytes that jobs write: random, as what can be compressed or
// is all the same would flatter some disks.
type pattern []byte

const patternShift = 64 << 10 // bytes from which a block may begin in the pattern

func newPattern(seed uint64, block int64) pattern {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	p := make(pattern, block+patternShift)
	_, _ = rand.NewChaCha8(key).Read(p) // which never fails
	return p
}

// block is what a job writes at a place of its file.
func (p pattern) block(job, at, length int64) []byte {
	first := uint64(aurea.NewStream(uint64(job), uint64(at))) % patternShift
	return p[first : first+uint64(length)]
}
