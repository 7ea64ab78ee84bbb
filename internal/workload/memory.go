package workload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/param"
)

// Memory takes memory from the system and gives it back. It measures bandwidth,
// the cost of a page's first touch, and what happens near a limit.
var Memory = Kind{
	Kind: aurea.Kind{
		Name: "memory",
		Doc:  "takes memory from the system, writes and reads all of it, and gives it back",
		Parameters: []param.Parameter{
			{
				Name: "bytes", Type: param.Integer, Min: 1, Max: 1 << 40, Default: int64(16 << 20),
				Doc: "how much memory a job takes; it takes whole pages",
			},
			{
				Name: "pattern", Type: param.Text, Options: []string{"sequential", "random"}, Default: "sequential",
				Doc: "how it goes through the memory: from one end to the other, " +
					"or 64 bytes here and 64 there, all of them once",
			},
			{
				Name: "hold", Type: param.Duration, Max: aurea.MaxJobDuration.Seconds(), Default: time.Duration(0),
				Doc: "for how long it keeps the memory after that",
			},
		},
		Metrics: aurea.MetricNames{
			Phases:   []string{"allocate", "touch", "write", "read", "hold", "free", aurea.CPUPhase},
			Counters: []string{"bytes_written", "bytes_read", "page_faults"},
		},
		MaxInFlight: MaxThreads,
	},
	Resolve: func(v param.Values, scope Scope) (Resolved, error) {
		r := memoryRunner{
			bytes:  wholePages(v.Integer("bytes")),
			random: v.Text("pattern") == "random",
			hold:   v.Duration("hold"),
			seed:   scope.Seed,
			limit:  scope.Policy.MemoryLimit(),
		}
		if err := r.limit.Check("bytes", scope.InFlight, r.bytes); err != nil {
			return Resolved{}, err
		}
		return Runs(func(usage *Usage) Runner {
			r := r
			r.used = &usage.Memory
			return r
		}), nil
	},
}

// The indexes of the metrics of memory jobs: phases, then counters.
const (
	memoryAllocate = iota
	memoryTouch
	memoryWrite
	memoryRead
	memoryHold
	memoryFree
	memoryCPU
)

const (
	memoryWritten = iota
	memoryReadBytes
	memoryFaults
)

func wholePages(bytes int64) int64 {
	page := int64(os.Getpagesize())
	return (bytes + page - 1) / page * page
}

type memoryRunner struct {
	bytes  int64 // whole pages
	random bool
	hold   time.Duration
	seed   uint64
	limit  Limit
	used   *Meter
}

// errCorrupt is the failure of a job that did not read what it wrote.
var errCorrupt = &Failure{Class: "corrupt", Err: errors.New("the memory does not hold what was written to it")}

// Run takes the memory, writes and reads it, holds it and gives it back.
func (r memoryRunner) Run(ctx context.Context, job int64, metrics JobMetrics) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !r.used.Take(r.bytes, r.limit) {
		return r.limit.Exceeded(r.bytes)
	}
	defer r.used.Give(r.bytes)
	watch := NewStopwatch(metrics)
	words, free, err := platform.MapMemory(int(r.bytes))
	if err != nil {
		return &Failure{Class: "out_of_memory", Err: fmt.Errorf(
			"the system does not give %s of memory: %w", budget.Size(r.bytes), err)}
	}
	defer func() {
		watch.Restart()
		free()
		watch.End(memoryFree)
	}()
	watch.End(memoryAllocate)
	memory := region{ctx: ctx, words: words, random: r.random, key: uint64(aurea.NewStream(r.seed, uint64(job)))}
	if err := memory.use(&watch); err != nil || r.hold == 0 {
		return err
	}
	err = Pause(ctx, r.hold)
	watch.End(memoryHold)
	return err
}

// use touches, writes and reads the region. It locks its goroutine to a thread
// meanwhile, so that the thread's CPU time and page faults are the job's own.
func (r region) use(watch *Stopwatch) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cpu, faults := platform.ThreadCPU(), platform.ThreadPageFaults()
	defer func() {
		watch.Metrics.Phase(memoryCPU, platform.ThreadCPU()-cpu)
		watch.Metrics.Count(memoryFaults, platform.ThreadPageFaults()-faults)
	}()
	err := r.touch()
	watch.End(memoryTouch)
	if err != nil {
		return err
	}
	written, err := r.write()
	watch.Metrics.Count(memoryWritten, written)
	watch.End(memoryWrite)
	if err != nil {
		return err
	}
	read, sum, err := r.read()
	watch.Metrics.Count(memoryReadBytes, read)
	watch.End(memoryRead)
	if err == nil && sum != r.sum() {
		return errCorrupt
	}
	return err
}
