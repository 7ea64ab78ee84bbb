package trials

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
)

// A Side is one of two that are run in turns.
type Side struct {
	Spec aurea.Spec
	// Start starts the system under test before each run of the side, and returns
	// what stops it after the run. It may be nil.
	Start func(ctx context.Context) (stop func() error, err error)
}

// A Versus runs two sides in pairs, one run of each side in random order, and
// compares them after every pair. It stops when the evidence is clear.
type Versus struct {
	Sides     [2]Side // base and head
	Pairs     int     // at most
	Seed      uint64  // of the order, and of the jobs unless the spec has a seed
	Cooldown  time.Duration
	Threshold float64 // as in compare.Options
	FailOn    []compare.Condition
	Execute   Execute
	// Ended is called after every run that has completed: pair counts from 1, and
	// side is an index of Sides. Compared is called after every such pair.
	Ended    func(pair, side int, run aurea.Run)
	Compared func(pairs int, c compare.Comparison)
}

// An Outcome is how two sides compare, and their runs. BaseResults and
// HeadResults are in the order of execution.
type Outcome struct {
	compare.Comparison
	Seed        uint64          `json:"seed"`
	Order       []string        `json:"order"` // of each pair: AB or BA, where A is base
	Stopped     bool            `json:"stopped_early"`
	BaseResults []*aurea.Result `json:"base_results"`
	HeadResults []*aurea.Result `json:"head_results"`
}

// Run executes the runs and compares them. The error wraps ctx's if ctx ends, and
// a run that fails is an error too; in both cases the outcome has the runs so
// far.
func (v Versus) Run(ctx context.Context) (Outcome, error) {
	outcome := Outcome{Seed: v.Seed, Order: []string{}}
	results := [2][]*aurea.Result{{}, {}}
	random := rand.New(rand.NewPCG(v.Seed, 0))
	var err error
	for pair := 1; pair <= v.Pairs && err == nil && !outcome.Stopped; pair++ {
		order, seed := random.IntN(2), random.Uint64()>>11 // JavaScript reads 53 bits
		outcome.Order = append(outcome.Order, [...]string{"AB", "BA"}[order])
		for _, side := range []int{order, 1 - order} {
			if pair > 1 || side != order {
				wait(ctx, v.Cooldown)
			}
			var run aurea.Run
			if run, err = v.run(ctx, pair, side, seed); run.Result != nil {
				results[side] = append(results[side], run.Result)
			}
			if err != nil {
				err = fmt.Errorf("run %d of %c: %w", pair, 'A'+side, err)
				break
			}
		}
		outcome.Comparison = v.compare(results)
		if err == nil {
			v.Compared(pair, outcome.Comparison)
			outcome.Stopped = outcome.Conclusive() && pair < v.Pairs
		}
	}
	outcome.BaseResults, outcome.HeadResults = results[0], results[1]
	return outcome, err
}

// run executes one run of a side. Both runs of a pair have the same seed, and so
// the same jobs.
func (v Versus) run(ctx context.Context, pair, side int, seed uint64) (run aurea.Run, err error) {
	s := v.Sides[side]
	if s.Spec.Seed == nil {
		s.Spec.Seed = &seed
	}
	if s.Start != nil {
		stop, startErr := s.Start(ctx)
		if startErr != nil {
			return aurea.Run{}, startErr
		}
		defer func() {
			if stopErr := stop(); err == nil {
				err = stopErr
			}
		}()
	}
	if run, err = executeOne(ctx, s.Spec, v.Execute); err == nil {
		v.Ended(pair, side, run)
	}
	return run, err
}

// compare compares the runs so far.
func (v Versus) compare(results [2][]*aurea.Result) compare.Comparison {
	c := compare.Results(results[0], results[1], compare.Options{Threshold: v.Threshold, Planned: v.Pairs})
	c.Check(v.FailOn)
	return c
}
