package workload

import (
	"context"
	"fmt"
	"maps"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

const (
	stepsName      = "steps"
	stepsParameter = "steps"
)

// Steps does one thing after the other: a session.
var Steps = Kind{
	Kind: aurea.Kind{
		Name: stepsName,
		Doc:  "does one workload after the other in one job, such as a session, and stops at the first that fails",
		Parameters: []param.Parameter{
			{
				Name: stepsParameter, Type: param.List, Min: 1, Max: maxChildren, Required: true,
				Items: &param.Parameter{
					Type: param.KindType, Members: stepParameters,
					Doc: "a workload, which may have a name beside its parameters",
				},
				Doc: "the workloads, in order",
			},
			{
				Name: "cookies", Type: param.Boolean, Default: false,
				Doc: "whether the http steps of a job keep the cookies of answers, and send them",
			},
		},
		MaxInFlight: MaxRunning,
	},
	HonorsDeadline: true,
	Connects:       true,
	Nests:          true,
	Resolve: func(values param.Values, scope Scope) (Resolved, error) {
		scope.captures, scope.Lasting = new(captureTable), scope.Users
		scope.Cookies = values.Boolean("cookies") || scope.Lasting
		steps, err := resolveChildren(stepsOf(values), scope, stepsName)
		if err != nil {
			return Resolved{}, err
		}
		return nest(steps, func(opened []openChild) Jobs {
			return Jobs{Runner: stepsRunner{opened, newSessions(scope)}}
		}), nil
	},
}

// stepParameters declares what may stand beside the parameters of a step.
var stepParameters = []param.Parameter{
	{
		Name: "name", Type: param.Text, Max: 40,
		Doc: "what the result calls the step; its number and kind unless given",
	},
}

func stepsOf(values param.Values) []child {
	var list []child
	for i, item := range values.List(stepsParameter) {
		name, w := splitName(aurea.Workload(item.(param.Variant)))
		if name == "" {
			name = fmt.Sprintf("%d_%s", i+1, w.Kind)
		}
		list = append(list, child{
			name: name, workload: w, step: true,
			location: fmt.Sprintf("steps[%d]", i), nameAt: fmt.Sprintf("steps[%d].name", i),
		})
	}
	return list
}

// splitName returns the name of a step and its workload without the name.
func splitName(w aurea.Workload) (string, aurea.Workload) {
	name, _ := w.Parameters["name"].(string)
	bare := aurea.Workload{Kind: w.Kind, Parameters: maps.Clone(w.Parameters)}
	delete(bare.Parameters, "name")
	return name, bare
}

type stepsRunner struct {
	steps    []openChild
	sessions *sessions // nil if the steps share nothing
}

// Run does the steps of a job.
func (s stepsRunner) Run(ctx context.Context, job int64, metrics JobMetrics) error {
	if s.sessions == nil {
		return s.run(ctx, job, metrics)
	}
	return s.sessions.run(ctx, func(ctx context.Context) error { return s.run(ctx, job, metrics) })
}

func (s stepsRunner) run(ctx context.Context, job int64, metrics JobMetrics) error {
	for _, step := range s.steps {
		if err := step.run(ctx, job, metrics); err != nil {
			return Inside("step "+step.name, err)
		}
	}
	return nil
}
