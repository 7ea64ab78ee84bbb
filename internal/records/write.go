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
type Writer struct {
	out   *parquet.GenericWriter[row]
	batch []row
}

// NewWriter returns a Writer to out. Close does not close out. Reset makes the
// Writer usable for another file.
func NewWriter(out io.Writer) *Writer {
	return &Writer{
		out: parquet.NewGenericWriter[row](out, parquet.MaxRowsPerRowGroup(groupRows),
			parquet.CreatedBy("aurea", "1", "")),
		batch: make([]row, 0, batchRows),
	}
}

// Write adds a record.
func (w *Writer) Write(job aurea.JobRecord) error {
	w.batch = append(w.batch, newRow(job))
	if len(w.batch) < batchRows {
		return nil
	}
	return w.flush()
}

// flush writes the current batch.
func (w *Writer) flush() error {
	_, err := w.out.Write(w.batch)
	w.batch = w.batch[:0]
	return err
}

// Close writes the remaining records and the footer.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.out.Close()
}

// Reset discards what has not been written and starts another file.
func (w *Writer) Reset(out io.Writer) {
	w.batch = w.batch[:0]
	w.out.Reset(out)
}
