package workload

import (
	"context"
	"runtime"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/param"
)

// CPU computes. It measures cores: their speed, and what else uses them.
var CPU = Kind{
	Kind: aurea.Kind{
		Name: "cpu",
		Doc:  "computes: integer arithmetic that is the same on every machine",
		Parameters: []param.Parameter{
			{
				Name: "work", Type: param.Integer, Min: 1, Max: 1e9,
				Doc: "how much, in units of 1,000 rounds, which take some microseconds; 1000 unless cpu_time is given",
			},
			{
				Name: "cpu_time", Type: param.Duration, Min: 1e-6, Max: aurea.MaxJobDuration.Seconds(),
				Doc: "for how long a job has a core, instead of how much it does with it",
			},
		},
		Metrics:     aurea.MetricNames{Phases: []string{aurea.CPUPhase}, Counters: []string{"units"}},
		MaxInFlight: MaxThreads,
	},
	Resolve: func(v param.Values, scope Scope) (Resolved, error) {
		r := cpuRunner{work: defaultWork, seed: scope.Seed}
		switch {
		case v.Has("work") && v.Has("cpu_time"):
			return Resolved{}, param.Invalid("work", "cannot be combined with cpu_time; set only one")
		case v.Has("work"):
			r.work = v.Integer("work")
		case v.Has("cpu_time"):
			r.work, r.time = maxWork, v.Duration("cpu_time")
		}
		return Runs(func(*Usage) Runner { return r }), nil
	},
}

const (
	defaultWork    = 1000
	maxWork        = int64(1) << 62
	unitRounds     = 1000
	unitsPerCheck  = 64 // units between two checks of the context: some hundred microseconds
	unitsPerSample = 8  // units between two readings of the thread's clock, which costs a tenth of a unit
)

type cpuRunner struct {
	work int64         // maximum units
	time time.Duration // maximum CPU time; 0 means no limit
	seed uint64
}

// Run computes. It locks its goroutine to a thread, so that the thread's CPU
// time is the job's own.
func (r cpuRunner) Run(ctx context.Context, job int64, metrics JobMetrics) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := platform.ThreadCPU()
	units, err := r.compute(ctx, r.seed+uint64(job), begin)
	metrics.Phase(0, platform.ThreadCPU()-begin)
	metrics.Count(0, units)
	return err
}

// compute does the units of a job and returns their number. It stops when ctx
// is cancelled.
func (r cpuRunner) compute(ctx context.Context, x uint64, begin time.Duration) (units int64, err error) {
	for ; units < r.work; units++ {
		if units%unitsPerCheck == 0 && ctx.Err() != nil {
			return units, ctx.Err()
		}
		if r.time > 0 && units%unitsPerSample == 0 && platform.ThreadCPU()-begin >= r.time {
			break
		}
		x = compute(x)
	}
	if x == 0 { // never true; without the check, the compiler could omit the work
		return units, context.Canceled
	}
	return units, nil
}

// compute is a unit of work: rounds of xorshift64* (Vigna, "An experimental
// exploration of Marsaglia's xorshift generators, scrambled", 2016). Each round
// depends on the last. The result is never 0.
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
