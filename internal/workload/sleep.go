package workload

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// Sleep waits. It measures the scheduler, and stands in for work that is done
// elsewhere.
var Sleep = Kind{
	Kind: aurea.Kind{
		Name: "sleep",
		Doc:  "waits, which stands in for work that is done elsewhere",
		Parameters: withShape([]param.Parameter{
			{
				Name: "duration", Type: param.Duration, Max: aurea.MaxJobDuration.Seconds(),
				Default: aurea.DefaultJobDuration,
				Doc:     "how long a job waits, on average",
			},
			{
				Name: "jitter", Type: param.Number, Max: 1, Default: 0.0,
				Doc: "by how much that varies evenly, as a share: 0.2 is 20 % up or down",
			},
			{
				Name: "distribution", Type: param.Text, Options: distributionNames(), Default: "fixed",
				Doc: "how it varies from job to job, in place of a jitter",
			},
		}...),
	},
	Resolve: func(v param.Values, scope Scope) (Resolved, error) {
		draws := aurea.NewStream(scope.Seed, aurea.StreamJobs)
		mean, jitter, name := v.Duration("duration"), v.Number("jitter"), v.Text("distribution")
		if jitter > 0 && name != "fixed" {
			return Resolved{}, param.Invalid("jitter", "cannot be combined with a distribution; set only one")
		}
		delayer := Delayer(evenDelays{draws, float64(mean), jitter})
		if name != "fixed" {
			delayer = drawnDelays{draws, newDistribution(name, mean, shapeOf(v))}
		}
		return Delays(func() Delayer { return delayer }), nil
	},
}

// evenDelays vary evenly around a mean.
type evenDelays struct {
	draws  aurea.Stream
	mean   float64 // ns
	jitter float64
}

func (d evenDelays) Delay(job int64) time.Duration {
	return time.Duration(d.mean * (1 + d.jitter*(2*d.draws.Uniform(job)-1)))
}

func (d evenDelays) MaxDelay() time.Duration {
	return time.Duration(d.mean * (1 + d.jitter))
}

// drawnDelays come from a distribution.
type drawnDelays struct {
	draws aurea.Stream
	from  distribution
}

func (d drawnDelays) Delay(job int64) time.Duration { return d.from(d.draws.Uniform(job)) }

func (d drawnDelays) MaxDelay() time.Duration { return d.from(1 - 0x1p-53) }
