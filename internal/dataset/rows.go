package dataset

import (
	"math/bits"

	"github.com/aurea-orchestrator/aurea"
)

// Rows are the rows of a table as the jobs of a run have them. Which row a job has
// is a pure function of the run's seed and the job's number. They do not change
// and are safe for concurrent use. Nil Rows have no columns.
type Rows struct {
	*Table
	order string
	draws aurea.Stream
}

// NewRows deals the rows of a table to the jobs of a run.
func NewRows(table *Table, order string, seed uint64) *Rows {
	return &Rows{table, order, aurea.NewStream(seed, aurea.StreamData)}
}

// Columns returns the names of the columns; nil for nil Rows.
func (r *Rows) Columns() []string {
	if r == nil {
		return nil
	}
	return r.Table.Columns()
}

// Jobs returns how many jobs there are rows for; 0 if there is no limit.
func (r *Rows) Jobs() int64 {
	if r == nil || r.order != aurea.OrderOnce {
		return 0
	}
	return int64(r.Len())
}

// AppendOf appends the text that a job has in a column. A job without a row has an
// empty one.
func (r *Rows) AppendOf(line []byte, job int64, column int) []byte {
	row := r.row(job)
	if row >= int64(r.Len()) {
		return line
	}
	return r.Append(line, int(row), column)
}

// row returns the row of a job. Random rows are drawn with replacement (Lemire,
// "Fast random integer generation in an interval", 2019).
func (r *Rows) row(job int64) int64 {
	switch r.order {
	case aurea.OrderRandom:
		high, _ := bits.Mul64(r.draws.Bits(job), uint64(r.Len()))
		return int64(high)
	case aurea.OrderOnce:
		return job
	}
	return job % int64(r.Len())
}
