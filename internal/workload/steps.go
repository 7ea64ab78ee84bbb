package workload

import (
	"context"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// steps does one thing after the other: a session.
func steps() kind {
	return kind{
		Kind: aurea.Kind{
			Name: "steps",
			Doc:  "does one workload after the other in one job, such as a session, and stops at the first that fails",
			Parameters: []param.Parameter{
				{Name: "steps", Type: param.List, Min: 1, Max: mostNested, Required: true,
					Items: &param.Parameter{Type: param.KindType, Doc: "a workload, which may have a name beside its parameters", Members: []param.Parameter{
						{Name: "name", Type: param.Text, Max: 40, Doc: "what the result calls the step; its number and kind unless given"},
					}},
					Doc: "the workloads, in order"},
			},
			MostInFlight: MostRunning,
		},
		punctual: true,
		holds:    stepsOf,
		runs: func(o opening) (Jobs, error) {
			opened, close, err := openNested(o, stepsOf(o.values))
			return Jobs{Runner: session(opened), close: close}, err
		},
	}
}

func stepsOf(values map[string]any) []nested {
	var list []nested
	for i, item := range values["steps"].([]any) {
		name, w := own(aurea.Workload(item.(param.Variant)))
		if name == "" {
			name = fmt.Sprintf("%d_%s", i+1, w.Kind)
		}
		list = append(list, nested{name: name, location: fmt.Sprintf("steps[%d]", i), nameAt: fmt.Sprintf("steps[%d].name", i), workload: w, step: true})
	}
	return list
}

type session []nestedJobs

// Run does the steps of a job.
func (s session) Run(ctx context.Context, job int64, notes Notes) error {
	for _, step := range s {
		if err := step.run(ctx, job, notes); err != nil {
			return inside("step "+step.name, err)
		}
	}
	return nil
}
