package records

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/aurea-orchestrator/aurea"
)

const (
	batchRows = 1 << 10 // rows that are handed on at once
	groupRows = 1 << 18 // rows of a row group, which is what a writer holds in memory
)

// A Writer writes records as one Parquet file. It belongs to one goroutine.
type Writer struct {
	out   *parquet.GenericWriter[row]
	batch []row
}

// NewWriter returns a writer to out, which it does not close. It may be used for
// one file after another, see Reset.
func NewWriter(out io.Writer) *Writer {
	return &Writer{
		out:   parquet.NewGenericWriter[row](out, parquet.MaxRowsPerRowGroup(groupRows), parquet.CreatedBy("aurea", "1", "")),
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

func (w *Writer) flush() error {
	_, err := w.out.Write(w.batch)
	w.batch = w.batch[:0]
	return err
}

// Close writes what is left and the file's end.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.out.Close()
}

// Reset begins another file.
func (w *Writer) Reset(out io.Writer) {
	w.batch = w.batch[:0]
	w.out.Reset(out)
}
