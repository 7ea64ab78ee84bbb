package template

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// dataPrefix precedes the name of a column.
const dataPrefix = "data."

// dataField returns the field of a column.
func (p *Parser) dataField(name string) (filler, error) {
	column := slices.Index(p.Columns, name)
	if column < 0 {
		return nil, UnknownColumn(name, p.Columns)
	}
	cell := p.Cell
	return func(line []byte, in Input) []byte { return cell(line, in.Job, column) }, nil
}

// UnknownColumn returns the error for a column that the data does not have. Nil
// columns mean that there is no data.
func UnknownColumn(name string, columns []string) error {
	if columns == nil {
		return fmt.Errorf("has {{data.%s}}, and the spec has no data", name)
	}
	if near := param.Closest(name, columns); near != "" {
		return fmt.Errorf("has {{data.%s}}, which is no column of the data; did you mean {{data.%s}}?", name, near)
	}
	return fmt.Errorf("has {{data.%s}}, which is no column of the data; there are %s",
		name, strings.Join(columns, ", "))
}
