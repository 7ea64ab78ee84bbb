package workload

import (
	"fmt"
	"slices"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/param"
)

// resolveScenarios resolves the workloads of a plan's scenarios.
func (s *Set) resolveScenarios(plan aurea.Plan, from files.Source) (*Resolved, error) {
	whole := &Resolved{Local: true, Whole: true}
	var found []error
	for i, scenario := range plan.Scenarios {
		resolved, err := s.ResolveWith(scenario, from)
		if err != nil {
			found = append(found, param.Within(fmt.Sprintf("scenarios[%d]", i), err))
			continue
		}
		whole.Scenarios = append(whole.Scenarios, resolved)
		whole.Metrics = whole.Metrics.Join(resolved.Metrics)
		whole.Connections += resolved.Connections
		whole.Files = append(whole.Files, resolved.Files...)
	}
	if err := param.Merge(found...); err != nil {
		return nil, err
	}
	return whole, checkThresholds(plan.Spec, whole.Metrics)
}

// Limit returns the plan of the workload with no more jobs than there is data for,
// which start at the moments of a replay.
func (r *Resolved) Limit(plan aurea.Plan) aurea.Plan {
	if r.Scenarios == nil {
		return plan.Limited(r.Rows).Replayed(slices.Clone(r.Starts))
	}
	limited := make([]aurea.Plan, len(plan.Scenarios))
	for i, scenario := range plan.Scenarios {
		limited[i] = r.Scenarios[i].Limit(scenario)
	}
	return plan.WithScenarios(limited)
}
