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

// Read yields the records of a file of a Writer or of EncodeFew, in order. The
// last pair has an error if data is not such a file. Damaged data may cost as much
// memory and time as a very large file, so callers verify its integrity first.
func Read(data []byte) iter.Seq2[aurea.JobRecord, error] {
	return func(yield func(aurea.JobRecord, error) bool) {
		give := func(job aurea.JobRecord) bool { return yield(job, nil) }
		var err error
		if len(data) > 0 && data[0] == fewVersion {
			err = readFew(data[1:], give)
		} else {
			err = readParquet(data, give)
		}
		if err != nil {
			yield(aurea.JobRecord{}, err)
		}
	}
}

// readParquet calls yield for each record until it returns false.
func readParquet(data []byte, yield func(aurea.JobRecord) bool) (err error) {
	defer func() {
		// The library panics on some damaged files.
		if broken := recover(); broken != nil {
			err = fmt.Errorf("records: a broken file: %v", broken)
		}
	}()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)), parquet.SkipPageIndex(true),
		parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("records: %w", err)
	}
	reader := parquet.NewGenericReader[row](file)
	defer reader.Close()
	batch := make([]row, batchRows)
	for {
		n, err := reader.Read(batch)
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
