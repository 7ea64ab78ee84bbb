package workload

import (
	"context"

	"github.com/aurea-orchestrator/aurea"
)

// cpu computes. It measures cores: their speed, and who else uses them.
var cpu = kind{
	Kind: aurea.Kind{
		Name: "cpu",
		Doc:  "computes: a fixed amount of integer arithmetic that is the same on every machine",
		Parameters: []aurea.Parameter{
			{Name: "work", Type: aurea.Integer, Min: 1, Max: 1e9, Default: int64(1000), Doc: "how much, in units of 1,000 rounds, which take some microseconds"},
		},
		MostInFlight: MostRunning,
	},
	make: func(values map[string]any, seed uint64) Jobs {
		return computer{work: values["work"].(int64), seed: seed}
	},
}

type computer struct {
	work int64
	seed uint64
}

const (
	unitRounds = 1000
	checkEvery = 64 // units between two looks at the context: some hundred microseconds
)

// Run computes the job's units. It stops when ctx is cancelled.
func (c computer) Run(ctx context.Context, job int64) error {
	x := c.seed + uint64(job)
	for unit := range c.work {
		if unit%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		x = compute(x)
	}
	if x == 0 { // it never is; but for the question, the compiler could leave the work out
		return context.Canceled
	}
	return nil
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
