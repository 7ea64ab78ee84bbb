package workload

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// noop does nothing. It measures the generator itself: the most jobs a second
// that this machine can start, time and count.
var noop = kind{
	Kind:  aurea.Kind{Name: "noop", Doc: "does nothing, which measures the generator itself"},
	waits: func(map[string]any, uint64) Waiter { return nothing{} },
}

type nothing struct{}

func (nothing) Wait(int64) time.Duration { return 0 }

func (nothing) Longest() time.Duration { return 0 }
