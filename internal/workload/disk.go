package workload

import (
	"context"
	"os"
	"sync"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/param"
)

// Disk writes and reads files. It measures the disk of a directory, together
// with the system's cache in front of it.
var Disk = Kind{
	Kind: aurea.Kind{
		Name: "disk",
		Doc:  "writes a file, reads one, or both, and leaves nothing behind",
		Parameters: []param.Parameter{
			{
				Name: "bytes", Type: param.Integer, Min: 1, Max: 1 << 40, Default: int64(1 << 20),
				Doc: "how much a job writes, reads, or both",
			},
			{
				Name: "block", Type: param.Integer, Min: 512, Max: 16 << 20, Default: int64(64 << 10),
				Doc: "how many bytes it hands to the system at a time",
			},
			{
				Name: "op", Type: param.Text, Options: []string{opWrite, opRead, opMixed}, Default: opWrite,
				Doc: "what it does: write a file of its own, read one that all jobs share, " +
					"or write its own and read it back",
			},
			{
				Name: "fsync", Type: param.Boolean, Default: true,
				Doc: "whether a job that writes waits until it is on the disk; if not, it writes to memory mostly",
			},
			{
				Name: "cached", Type: param.Boolean, Default: true,
				Doc: "whether reads may come from memory, where the system keeps what was written or read lately",
			},
		},
		Metrics: aurea.MetricNames{
			Phases:   []string{"open", "write", "fsync", "read", "remove"},
			Counters: []string{"bytes_written", "bytes_read"},
		},
		MaxInFlight: MaxThreads,
	},
	OpensFile: true,
	Resolve: func(v param.Values, scope Scope) (Resolved, error) {
		p := diskParams{v.Integer("bytes"), v.Integer("block"), v.Text("op"), v.Boolean("fsync"), v.Boolean("cached")}
		if err := p.check(scope); err != nil {
			return Resolved{}, err
		}
		return Resolved{Acquire: func(ctx context.Context, usage *Usage) (Jobs, error) {
			return p.open(ctx, scope, &usage.Disk)
		}}, nil
	},
}

const (
	opWrite = "write"
	opRead  = "read"
	opMixed = "mixed"
)

// The indexes of the metrics of disk jobs: phases, then counters.
const (
	diskOpen = iota
	diskWrite
	diskSync
	diskRead
	diskRemove
)

const (
	diskWritten = iota
	diskReadBytes
)

// diskParams are the parameters of disk jobs.
type diskParams struct {
	bytes, block  int64
	op            string
	fsync, cached bool
}

// check checks parameters that exclude each other, and the policy's limits.
func (p diskParams) check(scope Scope) error {
	switch {
	case !p.cached && p.op == opWrite:
		return param.Invalid("cached", "is about reading, and "+opWrite+" reads nothing")
	case !p.cached && p.op == opMixed && !p.fsync:
		return param.Invalid("cached",
			"cannot be false without fsync: what is not on the disk yet can only be read from memory")
	case !p.cached && !platform.CanDropCache:
		return param.Invalid("cached",
			"cannot be false on this system: only Linux can be told to forget what it has read")
	}
	files := scope.InFlight
	if p.op == opRead {
		files = 1
	}
	if err := scope.Policy.DiskLimit().Check("bytes", files, p.bytes); err != nil {
		return err
	}
	if p.op == opWrite {
		return nil
	}
	return scope.Policy.MemoryLimit().Check("block", scope.InFlight, p.block)
}

// A diskRunner does disk jobs.
type diskRunner struct {
	diskParams
	create  func() (file *os.File, dispose func() error, err error)
	shared  *os.File // the file that every job reads; nil if each has its own
	data    pattern
	buffers sync.Pool // of a block each, for reading
	limit   Limit
	used    *Meter
}

// Run writes a file, reads one, or both. A cancelled job ends after its current
// block or fsync.
func (r *diskRunner) Run(ctx context.Context, job int64, metrics JobMetrics) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	watch := NewStopwatch(metrics)
	if r.shared != nil {
		return r.readAll(ctx, r.shared, &watch)
	}
	if !r.used.Take(r.bytes, r.limit) {
		return r.limit.Exceeded(r.bytes)
	}
	defer r.used.Give(r.bytes)
	file, dispose, err := r.create()
	if err != nil {
		return diskFailure("create a file", err)
	}
	watch.End(diskOpen)
	err = r.use(ctx, file, job, &watch)
	watch.Restart()
	if disposeErr := dispose(); disposeErr != nil && err == nil {
		err = diskFailure("remove the file", disposeErr)
	}
	watch.End(diskRemove)
	return err
}

func (r *diskRunner) use(ctx context.Context, file *os.File, job int64, watch *Stopwatch) error {
	if err := r.writeAll(ctx, file, job, watch); err != nil {
		return err
	}
	if r.fsync {
		err := file.Sync()
		watch.End(diskSync)
		if err != nil {
			return diskFailure("have it on the disk", err)
		}
	}
	if r.op == opMixed {
		return r.readAll(ctx, file, watch)
	}
	return nil
}

// writeAll fills a file.
func (r *diskRunner) writeAll(ctx context.Context, file *os.File, job int64, watch *Stopwatch) error {
	defer watch.End(diskWrite)
	for at := int64(0); at < r.bytes; at += r.block {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := file.WriteAt(r.data.block(job, at, min(r.block, r.bytes-at)), at)
		watch.Metrics.Count(diskWritten, int64(n))
		if err != nil {
			return diskFailure("write", err)
		}
	}
	return nil
}

// readAll reads a file to its end.
func (r *diskRunner) readAll(ctx context.Context, file *os.File, watch *Stopwatch) error {
	if !r.cached {
		if err := platform.DropCache(file); err != nil {
			return diskFailure("have it forgotten", err)
		}
		watch.Restart()
	}
	defer watch.End(diskRead)
	buffer := r.buffers.Get().(*[]byte)
	defer r.buffers.Put(buffer)
	for at := int64(0); at < r.bytes; at += r.block {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := file.ReadAt((*buffer)[:min(r.block, r.bytes-at)], at)
		watch.Metrics.Count(diskReadBytes, int64(n))
		if err != nil { // io.EOF, too: the file has become shorter
			return diskFailure("read", err)
		}
	}
	return nil
}
