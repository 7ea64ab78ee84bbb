package workload

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// sleep waits. It measures the scheduler, and stands in for work that is done
// elsewhere.
var sleep = kind{
	Kind: aurea.Kind{
		Name: "sleep",
		Doc:  "waits for a time that varies evenly around its duration",
		Parameters: []aurea.Parameter{
			{Name: "duration", Type: aurea.DurationText, Max: aurea.MaxJobDuration.Seconds(), Default: aurea.Duration(aurea.DefaultJobDuration), Doc: "how long a job waits, on average"},
			{Name: "jitter", Type: aurea.Number, Max: 1, Default: 0.0, Doc: "by how much that varies, as a share: 0.2 is 20 % up or down"},
		},
	},
	make: func(values map[string]any, seed uint64) Jobs {
		return sleeper{
			draws:    aurea.NewStream(seed, aurea.StreamJobs),
			duration: float64(values["duration"].(aurea.Duration)),
			jitter:   values["jitter"].(float64),
		}
	},
}

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
