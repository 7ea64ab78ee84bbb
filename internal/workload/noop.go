package workload

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// Noop does nothing. It measures the generator itself: how many jobs a second
// this machine can start, time and count.
var Noop = Kind{
	Kind: aurea.Kind{Name: "noop", Doc: "does nothing, which measures the generator itself"},
	Resolve: func(param.Values, Scope) (Resolved, error) {
		return Delays(func() Delayer { return noDelay{} }), nil
	},
}

type noDelay struct{}

func (noDelay) Delay(int64) time.Duration { return 0 }

func (noDelay) MaxDelay() time.Duration { return 0 }
