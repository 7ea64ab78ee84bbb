package workload

import (
	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/dataset"
	"github.com/aurea-orchestrator/aurea/param"
)

// data reads the rows of a plan's spec; nil if it has none.
func (s *Set) data(plan aurea.Plan) (*dataset.Rows, error) {
	wanted := plan.Spec.Data
	if wanted == nil {
		return nil, nil //nolint:nilnil // nil Rows are empty
	}
	table, err := dataset.Read(s.policy.Files, wanted.File)
	if err != nil {
		return nil, param.Invalid("data.file", "%v", err)
	}
	return dataset.NewRows(table, wanted.Order, plan.Seed), nil
}
