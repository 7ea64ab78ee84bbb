package workload

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/param"
)

// memory takes memory from the system and gives it back. It measures bandwidth,
// the cost of a page's first touch, and what happens near a limit.
var memory = kind{
	Kind: aurea.Kind{
		Name: "memory",
		Doc:  "takes memory from the system, writes and reads all of it, and gives it back",
		Parameters: []param.Parameter{
			{Name: "bytes", Type: param.Integer, Min: 1, Max: 1 << 40, Default: int64(16 << 20), Doc: "how much memory a job takes; it takes whole pages"},
			{Name: "pattern", Type: param.Text, Options: []string{"sequential", "random"}, Default: "sequential", Doc: "how it goes through the memory: from one end to the other, or 64 bytes here and 64 there, all of them once"},
			{Name: "hold", Type: param.Duration, Max: aurea.MaxJobDuration.Seconds(), Default: time.Duration(0), Doc: "for how long it keeps the memory after that"},
		},
		Measures: aurea.Measures{
			Phases:   []string{"allocate", "touch", "write", "read", "hold", "free", aurea.CPUPhase},
			Counters: []string{"bytes_written", "bytes_read", "page_faults"},
		},
		MostInFlight: mostThreads,
	},
	runs: func(o opening) (Jobs, error) {
		return Jobs{Runner: memorizer{
			bytes:  wholePages(o.values["bytes"].(int64)),
			random: o.values["pattern"] == "random",
			hold:   o.values["hold"].(time.Duration),
			seed:   o.seed,
			limit:  o.host.memoryLimit(),
			used:   &o.host.usage.memory,
		}}, nil
	},
	check: func(values map[string]any, p place) error {
		return p.host.memoryLimit().check("bytes", p.inFlight, wholePages(values["bytes"].(int64)))
	},
}

// The places of what memory jobs note: phases, then counters.
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

// memoryLimit is how much memory all jobs in flight may take together.
func (h Host) memoryLimit() limit {
	most := h.MaxMemory
	if most == 0 {
		most = halfTheMemory()
	}
	return limit{min(most, math.MaxInt), bytesOf("memory"), "--max-memory"}
}

// MemoryLimit is how many bytes all jobs in flight may take together: what the
// operator says, or half of what was available when it was first asked for.
func (h Host) MemoryLimit() int64 { return h.memoryLimit().most }

type memorizer struct {
	bytes  int64 // whole pages
	random bool
	hold   time.Duration
	seed   uint64
	limit  limit
	used   *meter
}

// errCorrupt is the failure of a job that read something else than it wrote.
var errCorrupt = &Failure{Class: "corrupt", Err: errors.New("the memory does not hold what was written to it")}

// Run takes the memory, goes through it, holds it and gives it back.
func (m memorizer) Run(ctx context.Context, job int64, notes Notes) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !m.used.take(m.bytes, m.limit.most) {
		return m.limit.passed(m.bytes)
	}
	defer m.used.give(m.bytes)
	lap := newLap(notes)
	words, free, err := platform.MapMemory(int(m.bytes))
	if err != nil {
		return &Failure{Class: "out_of_memory", Err: fmt.Errorf("the system does not give %s of memory: %w", budget.Size(m.bytes), err)}
	}
	defer func() {
		lap.restart()
		free()
		lap.end(memoryFree)
	}()
	lap.end(memoryAllocate)
	region := region{ctx: ctx, words: words, random: m.random, key: uint64(aurea.NewStream(m.seed, uint64(job)))}
	if err := m.use(region, &lap); err != nil || m.hold == 0 {
		return err
	}
	err = pause(ctx, m.hold)
	lap.end(memoryHold)
	return err
}

// use goes through the memory. It holds its thread meanwhile, so that the time
// on a core and the page faults are the job's own.
func (m memorizer) use(r region, lap *lap) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	core, faults := platform.ThreadCPU(), platform.ThreadPageFaults()
	defer func() {
		lap.notes.Phase(memoryCPU, platform.ThreadCPU()-core)
		lap.notes.Count(memoryFaults, platform.ThreadPageFaults()-faults)
	}()
	err := r.touch()
	lap.end(memoryTouch)
	if err != nil {
		return err
	}
	written, err := r.write()
	lap.notes.Count(memoryWritten, written)
	lap.end(memoryWrite)
	if err != nil {
		return err
	}
	read, sum, err := r.read()
	lap.notes.Count(memoryReadBytes, read)
	lap.end(memoryRead)
	if err == nil && sum != r.sum() {
		return errCorrupt
	}
	return err
}
