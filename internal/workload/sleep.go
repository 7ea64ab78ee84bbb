package workload

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// sleep waits. It measures the scheduler, and stands in for work that is done
// elsewhere.
var sleep = kind{
	Kind: aurea.Kind{
		Name: "sleep",
		Doc:  "waits, which stands in for work that is done elsewhere",
		Parameters: withShape([]param.Parameter{
			{Name: "duration", Type: param.Duration, Max: aurea.MaxJobDuration.Seconds(), Default: aurea.DefaultJobDuration, Doc: "how long a job waits, on average"},
			{Name: "jitter", Type: param.Number, Max: 1, Default: 0.0, Doc: "by how much that varies evenly, as a share: 0.2 is 20 % up or down"},
			{Name: "distribution", Type: param.Text, Options: distributionNames(), Default: "fixed", Doc: "how it varies from job to job, in place of a jitter"},
		}...),
	},
	waits: func(values map[string]any, seed uint64) Waiter {
		draws := aurea.NewStream(seed, aurea.StreamJobs)
		mean, jitter := values["duration"].(time.Duration), values["jitter"].(float64)
		if name := values["distribution"].(string); name != "fixed" {
			return drawn{draws, newDistribution(name, mean, shapeOf(values))}
		}
		return sleeper{draws, float64(mean), jitter}
	},
	check: func(values map[string]any, _ place) error {
		if values["jitter"].(float64) > 0 && values["distribution"].(string) != "fixed" {
			return wrongField("jitter", "cannot stand together with a distribution; give one of them")
		}
		return nil
	},
}

// A sleeper waits for a time that varies evenly around its duration.
type sleeper struct {
	draws    aurea.Stream
	duration float64 // ns
	jitter   float64
}

func (s sleeper) Wait(job int64) time.Duration {
	return time.Duration(s.duration * (1 + s.jitter*(2*s.draws.Uniform(job)-1)))
}

func (s sleeper) Longest() time.Duration {
	return time.Duration(s.duration * (1 + s.jitter))
}

// A drawn job waits for a time from a distribution.
type drawn struct {
	draws aurea.Stream
	from  distribution
}

func (d drawn) Wait(job int64) time.Duration { return d.from(d.draws.Uniform(job)) }

func (d drawn) Longest() time.Duration { return d.from(1 - 0x1p-53) }
