package workload

import (
	"context"
	"os"
	"sync"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/param"
)

// disk writes and reads files. It measures the disk of a directory, and what
// the system does in front of it.
var disk = kind{
	Kind: aurea.Kind{
		Name: "disk",
		Doc:  "writes a file, reads one, or both, and leaves nothing behind",
		Parameters: []param.Parameter{
			{Name: "bytes", Type: param.Integer, Min: 1, Max: 1 << 40, Default: int64(1 << 20), Doc: "how much a job writes, reads, or both"},
			{Name: "block", Type: param.Integer, Min: 512, Max: 16 << 20, Default: int64(64 << 10), Doc: "how many bytes it hands to the system at a time"},
			{Name: "op", Type: param.Text, Options: []string{opWrite, opRead, opMixed}, Default: opWrite, Doc: "what it does: write a file of its own, read one that all jobs share, or write its own and read it back"},
			{Name: "fsync", Type: param.Boolean, Default: true, Doc: "whether a job that writes waits until it is on the disk; if not, it writes to memory mostly"},
			{Name: "cached", Type: param.Boolean, Default: true, Doc: "whether reads may come from memory, where the system keeps what was written or read lately"},
		},
		Measures: aurea.Measures{
			Phases:   []string{"open", "write", "fsync", "read", "remove"},
			Counters: []string{"bytes_written", "bytes_read"},
		},
		MostInFlight: mostThreads,
	},
	opensFile: true,
	runs:      func(o opening) (Jobs, error) { return openDisk(o.ctx, o.host, diskPlanOf(o.values), o.seed) },
	check:     func(values map[string]any, p place) error { return diskPlanOf(values).check(p) },
}

const (
	opWrite = "write"
	opRead  = "read"
	opMixed = "mixed"
)

// The places of what disk jobs note: phases, then counters.
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

// A diskPlan is the parameters of disk jobs.
type diskPlan struct {
	bytes, block  int64
	op            string
	fsync, cached bool
}

func diskPlanOf(values map[string]any) diskPlan {
	return diskPlan{values["bytes"].(int64), values["block"].(int64), values["op"].(string), values["fsync"].(bool), values["cached"].(bool)}
}

// check holds a plan against itself and against the host.
func (d diskPlan) check(p place) error {
	switch {
	case !d.cached && d.op == opWrite:
		return wrongField("cached", "is about reading, and "+opWrite+" reads nothing")
	case !d.cached && d.op == opMixed && !d.fsync:
		return wrongField("cached", "cannot be false without fsync: what is not on the disk yet can only be read from memory")
	case !d.cached && !platform.CanDropCache:
		return wrongField("cached", "cannot be false on this system: only Linux can be told to forget what it has read")
	}
	own := p.inFlight
	if d.op == opRead {
		own = 1
	}
	if err := p.host.diskLimit().check("bytes", own, d.bytes); err != nil {
		return err
	}
	if d.op == opWrite {
		return nil
	}
	return p.host.memoryLimit().check("block", p.inFlight, d.block)
}

// A disker does disk jobs.
type disker struct {
	diskPlan
	create  func() (file *os.File, dispose func() error, err error)
	shared  *os.File // what every job reads; nil where each has its own
	data    pattern
	buffers sync.Pool // of a block each, for reading
	limit   limit
	used    *meter
}

// Run writes a file, reads one, or both. A cancelled job ends with the block or
// the fsync that it is in.
func (d *disker) Run(ctx context.Context, job int64, notes Notes) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	lap := newLap(notes)
	if d.shared != nil {
		return d.readAll(ctx, d.shared, &lap)
	}
	if !d.used.take(d.bytes, d.limit.most) {
		return d.limit.passed(d.bytes)
	}
	defer d.used.give(d.bytes)
	file, dispose, err := d.create()
	if err != nil {
		return diskFailure("create a file", err)
	}
	lap.end(diskOpen)
	err = d.use(ctx, file, job, &lap)
	lap.restart()
	if gone := dispose(); gone != nil && err == nil {
		err = diskFailure("remove the file", gone)
	}
	lap.end(diskRemove)
	return err
}

func (d *disker) use(ctx context.Context, file *os.File, job int64, lap *lap) error {
	if err := d.writeAll(ctx, file, job, lap); err != nil {
		return err
	}
	if d.fsync {
		err := file.Sync()
		lap.end(diskSync)
		if err != nil {
			return diskFailure("have it on the disk", err)
		}
	}
	if d.op == opMixed {
		return d.readAll(ctx, file, lap)
	}
	return nil
}

// writeAll fills a file.
func (d *disker) writeAll(ctx context.Context, file *os.File, job int64, lap *lap) error {
	defer lap.end(diskWrite)
	for at := int64(0); at < d.bytes; at += d.block {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := file.WriteAt(d.data.block(job, at, min(d.block, d.bytes-at)), at)
		lap.notes.Count(diskWritten, int64(n))
		if err != nil {
			return diskFailure("write", err)
		}
	}
	return nil
}

// readAll reads a file to its end.
func (d *disker) readAll(ctx context.Context, file *os.File, lap *lap) error {
	if !d.cached {
		if err := platform.DropCache(file); err != nil {
			return diskFailure("have it forgotten", err)
		}
		lap.restart()
	}
	defer lap.end(diskRead)
	buffer := d.buffers.Get().(*[]byte)
	defer d.buffers.Put(buffer)
	for at := int64(0); at < d.bytes; at += d.block {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := file.ReadAt((*buffer)[:min(d.block, d.bytes-at)], at)
		lap.notes.Count(diskReadBytes, int64(n))
		if err != nil { // also one that says that the file has become shorter
			return diskFailure("read", err)
		}
	}
	return nil
}
