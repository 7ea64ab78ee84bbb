package workload

import (
	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/dataset"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/param"
)

// readData reads the rows of a plan's spec; nil if it has none.
func readData(plan aurea.Plan, from files.Source) (*dataset.Rows, error) {
	wanted := plan.Spec.Data
	if wanted == nil {
		return nil, nil //nolint:nilnil // nil Rows are empty
	}
	table, err := dataset.Read(from, wanted.File)
	if err != nil {
		return nil, param.Invalid("data.file", "%v", err)
	}
	return dataset.NewRows(table, wanted.Order, plan.Seed), nil
}
