package workload

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/dataset"
	"github.com/aurea-orchestrator/aurea/param"
)

// readStarts returns when the jobs of a plan with a replay start, in seconds since
// the run begins; nil if it has none. The moments are texts in a column of its data.
func readStarts(plan aurea.Plan, data *dataset.Rows) ([]float64, error) {
	replay := plan.Spec.Replay
	if replay == nil {
		return nil, nil
	}
	column := slices.Index(data.Columns(), replay.Column)
	if column < 0 {
		return nil, param.Invalid("replay.column", "must be a column of the data; got %q; there are %s",
			replay.Column, strings.Join(data.Columns(), ", "))
	}
	n := min(int64(data.Len()), aurea.NewPlan(plan.Spec, plan.Seed).Jobs) // of the whole plan, if this is a shard
	if n > aurea.MaxJobs {
		return nil, param.Invalid("replay", "has %d rows, and a run has up to %d jobs; set num_jobs, or use "+
			"a part of %s", n, aurea.MaxJobs, plan.Spec.Data.File)
	}
	starts := make([]float64, n)
	var text []byte
	before := 0.0
	for i := range starts {
		text = data.Append(text[:0], i, column)
		at, err := strconv.ParseFloat(string(text), 64)
		if err != nil || !(at >= 0 && at <= math.MaxInt64/1e9) {
			return nil, param.Invalid("replay.column", "must have seconds since the recording began; "+
				"row %d of %s has %s", i+1, plan.Spec.Data.File, param.Describe(string(text)))
		}
		if at < before {
			return nil, param.Invalid("replay.column", "must not go back, since jobs start in the order of their rows; "+
				"row %d of %s has %s after %s", i+1, plan.Spec.Data.File, text, param.FormatNumber(before))
		}
		starts[i], before = at/replay.Speed, at
	}
	return starts, checkLength(plan, starts)
}

// checkLength refuses a replay that takes longer than a run may.
func checkLength(plan aurea.Plan, starts []float64) error {
	length := min(starts[len(starts)-1], plan.End.Seconds())
	if length > aurea.MaxRunDuration.Seconds() {
		return param.Invalid("replay", "takes %s, and a run may take %s; set a higher speed, or a duration",
			time.Duration(length)*time.Second, aurea.MaxRunDuration)
	}
	return nil
}
