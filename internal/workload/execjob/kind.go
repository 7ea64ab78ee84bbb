// Package execjob is the exec workload: jobs that run a program which the
// operator has listed.
//
// command.go reads the operator's list. argument.go and schema.go fill in and
// check what a spec may pass to a program. runner.go runs the jobs; process.go
// runs one program.
package execjob

import (
	"maps"
	"slices"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// Kind returns the kind exec, whose jobs may run the given commands. Without
// commands the kind is not available.
func Kind(commands map[string]Command) workload.Kind {
	k := workload.Kind{
		Kind: aurea.Kind{
			Name: "exec",
			Doc:  "runs a program that the operator has listed, and waits for its end",
			Parameters: []param.Parameter{
				{
					Name: "command", Type: param.Text, Options: slices.Sorted(maps.Keys(commands)), Required: true,
					Doc: "which one, by its name in the operator's list",
				},
				{
					Name: "args", Type: param.Any,
					Doc: "what the list lets one tell it, by the schema there",
				},
			},
			Metrics: aurea.MetricNames{
				Phases:   []string{"start", "run", aurea.CPUPhase},
				Counters: []string{"output_bytes"},
			},
			MaxInFlight: workload.MaxThreads,
		},
		Resolve: func(v param.Values, scope workload.Scope) (workload.Resolved, error) {
			p := params{
				name: v.Text("command"), command: commands[v.Text("command")], args: v["args"],
				seed: scope.Seed, data: scope.Data, limit: scope.Policy.ProcessLimit(),
			}
			if err := p.command.check(p.args, p.data); err != nil {
				return workload.Resolved{}, err
			}
			if err := p.limit.Check("command", scope.InFlight, 1); err != nil {
				return workload.Resolved{}, err
			}
			return workload.Resolved{Acquire: p.open}, nil
		},
	}
	if len(commands) == 0 {
		k.Unavailable = "exec runs programs of the operator's list, and there is none; start with --exec-commands FILE"
	}
	return k
}

// The indexes of the metrics of exec jobs: phases, and the counter.
const (
	phaseStart = iota
	phaseRun
	phaseCPU

	countOutput = 0
)
