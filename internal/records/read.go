package records

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/parquet-go/parquet-go"

	"github.com/aurea-orchestrator/aurea"
)

// Read yields the records of a file that a Writer wrote, in their order. Data that
// is no such file ends with an error, but may take memory and time as if it were a
// very large one: whoever keeps files checks that they are whole before.
func Read(data []byte) iter.Seq2[aurea.JobRecord, error] {
	return func(yield func(aurea.JobRecord, error) bool) {
		if err := read(data, func(job aurea.JobRecord) bool { return yield(job, nil) }); err != nil {
			yield(aurea.JobRecord{}, err)
		}
	}
}

func read(data []byte, yield func(aurea.JobRecord) bool) (err error) {
	defer func() {
		// The library gives up on some broken files this way.
		if broken := recover(); broken != nil {
			err = fmt.Errorf("records: a broken file: %v", broken)
		}
	}()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("records: %w", err)
	}
	in := parquet.NewGenericReader[row](file)
	defer in.Close()
	batch := make([]row, batchRows)
	for {
		n, err := in.Read(batch)
		for _, r := range batch[:n] {
			job, err := r.record()
			if err != nil {
				return err
			}
			if !yield(job) {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("records: %w", err)
		}
	}
}
