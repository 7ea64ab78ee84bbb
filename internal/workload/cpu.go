package workload

import (
	"context"
	"runtime"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/param"
)

// cpu computes. It measures cores: their speed, and who else uses them.
var cpu = kind{
	Kind: aurea.Kind{
		Name: "cpu",
		Doc:  "computes: integer arithmetic that is the same on every machine",
		Parameters: []param.Parameter{
			{Name: "work", Type: param.Integer, Min: 1, Max: 1e9, Doc: "how much, in units of 1,000 rounds, which take some microseconds; 1000 unless cpu_time is given"},
			{Name: "cpu_time", Type: param.Duration, Min: 1e-6, Max: aurea.MaxJobDuration.Seconds(), Doc: "for how long a job has a core, instead of how much it does with it"},
		},
		Measures:     aurea.Measures{Phases: []string{aurea.CPUPhase}, Counters: []string{"units"}},
		MostInFlight: mostThreads,
	},
	runs: func(o opening) (Jobs, error) {
		c := computer{work: defaultWork, seed: o.seed}
		if work, given := o.values["work"]; given {
			c.work = work.(int64)
		}
		if time, given := o.values["cpu_time"]; given {
			c.work, c.time = maxWork, cpuTime(time)
		}
		return Jobs{Runner: c}, nil
	},
	check: func(values map[string]any, _ place) error {
		if values["work"] != nil && values["cpu_time"] != nil {
			return wrongField("work", "cannot stand together with cpu_time; give one of them")
		}
		return nil
	},
}

const (
	defaultWork = 1000
	maxWork     = int64(1) << 62
	unitRounds  = 1000
	checkEvery  = 64 // units between two looks at the context: some hundred microseconds
	lookEvery   = 8  // and at the thread's clock, which costs a tenth of a unit
)

func cpuTime(value any) time.Duration { return value.(time.Duration) }

type computer struct {
	work int64         // units, at most
	time time.Duration // on a core, at most; 0 means any
	seed uint64
}

// Run computes. It holds its thread, so that the time it had a core is its own.
func (c computer) Run(ctx context.Context, job int64, notes Notes) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := platform.ThreadCPU()
	units, err := c.compute(ctx, c.seed+uint64(job), begin)
	notes.Phase(0, platform.ThreadCPU()-begin)
	notes.Count(0, units)
	return err
}

// compute does the units of a job and returns how many it did. It stops when ctx
// is cancelled.
func (c computer) compute(ctx context.Context, x uint64, begin time.Duration) (units int64, err error) {
	for ; units < c.work; units++ {
		if units%checkEvery == 0 && ctx.Err() != nil {
			return units, ctx.Err()
		}
		if c.time > 0 && units%lookEvery == 0 && platform.ThreadCPU()-begin >= c.time {
			break
		}
		x = compute(x)
	}
	if x == 0 { // it never is; but for the question, the compiler could leave the work out
		return units, context.Canceled
	}
	return units, nil
}

// compute is a unit of work: rounds of xorshift64* (Vigna, "An experimental
// exploration of Marsaglia's xorshift generators, scrambled", 2016), each of
// which needs the last. The result is never 0.
func compute(x uint64) uint64 {
	x |= 1
	for range unitRounds {
		x ^= x >> 12
		x ^= x << 25
		x ^= x >> 27
		x *= 0x2545f4914f6cdd1d
	}
	return x | 1
}
