package records

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/aurea-orchestrator/aurea"
)

const (
	batchRows = 1 << 10 // rows written or read at once
	groupRows = 1 << 18 // rows of a row group, which a Writer holds in memory
)

// A Writer writes records as one Parquet file. It is not safe for concurrent
// use.
type Writer struct{ rowWriter[row] }

// NewWriter returns a Writer to out. Close does not close out. Reset makes the
// Writer usable for another file.
func NewWriter(out io.Writer) *Writer { return &Writer{newRowWriter[row](out)} }

// Write adds a record.
func (w *Writer) Write(job aurea.JobRecord) error { return w.add(newRow(job)) }

// A ScenarioWriter is a Writer that adds a column scenario.
type ScenarioWriter struct {
	rowWriter[scenarioRow]
	nameOf func(job int64) string
}

// NewScenarioWriter is NewWriter for the jobs of a run with scenarios. nameOf
// returns the name of the scenario of a job.
func NewScenarioWriter(out io.Writer, nameOf func(job int64) string) *ScenarioWriter {
	return &ScenarioWriter{newRowWriter[scenarioRow](out), nameOf}
}

// Write adds a record.
func (w *ScenarioWriter) Write(job aurea.JobRecord) error {
	return w.add(scenarioRow{newRow(job), w.nameOf(job.Index)})
}

// A rowWriter writes rows of a type in batches.
type rowWriter[R any] struct {
	out   *parquet.GenericWriter[R]
	batch []R
}

func newRowWriter[R any](out io.Writer) rowWriter[R] {
	return rowWriter[R]{
		out: parquet.NewGenericWriter[R](out, parquet.MaxRowsPerRowGroup(groupRows),
			parquet.CreatedBy("aurea", "1", "")),
		batch: make([]R, 0, batchRows),
	}
}

func (w *rowWriter[R]) add(r R) error {
	w.batch = append(w.batch, r)
	if len(w.batch) < batchRows {
		return nil
	}
	return w.flush()
}

// flush writes the current batch.
func (w *rowWriter[R]) flush() error {
	_, err := w.out.Write(w.batch)
	w.batch = w.batch[:0]
	return err
}

// Close writes the remaining records and the footer.
func (w *rowWriter[R]) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.out.Close()
}

// Reset discards what has not been written and starts another file.
func (w *rowWriter[R]) Reset(out io.Writer) {
	w.batch = w.batch[:0]
	w.out.Reset(out)
}
