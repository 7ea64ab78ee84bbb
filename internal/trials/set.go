package trials

import (
	"context"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
)

// Repeat executes the runs of a spec that has a Repeat, one after the other. Ended
// is called after each one, with its number from 1.
//
// All runs have the seed of the spec; without one each has its own. If ctx
// ends, the error wraps ctx's. A run that fails is an error too. In both cases
// the set has the runs so far.
func Repeat(
	ctx context.Context, spec aurea.Spec, execute Execute, ended func(n int64, run aurea.Run),
) (compare.Set, error) {
	set := compare.Set{Times: spec.Repeat.Times, Cooldown: spec.Repeat.Cooldown.Seconds(), Results: []*aurea.Result{}}
	cooldown := spec.Repeat.Cooldown
	spec.Repeat = nil
	var err error
	for n := int64(1); n <= set.Times && err == nil; n++ {
		if n > 1 {
			wait(ctx, time.Duration(cooldown))
		}
		var run aurea.Run
		if run, err = executeOne(ctx, spec, execute); run.Result != nil {
			set.Results = append(set.Results, run.Result)
		}
		if err != nil {
			err = fmt.Errorf("run %d of %d: %w", n, set.Times, err)
		} else {
			ended(n, run)
		}
	}
	set.Metrics, set.Warnings = compare.Spreads(set.Results)
	return set, err
}
