package records

import (
	"fmt"
	"iter"

	"github.com/aurea-orchestrator/aurea"
)

// few is how many records take fewer bytes in the binary form than as Parquet.
const few = 256

// fewVersion is the first byte of a file of few records. Parquet has a P there.
const fewVersion = 1

// EncodeFew returns a file of the records, which Read reads, in the binary form.
// If they are so many that Parquet takes fewer bytes, it returns nil.
func EncodeFew(jobs iter.Seq[aurea.JobRecord]) []byte {
	data, count, at := []byte{fewVersion}, 0, aurea.RecordPosition{}
	for job := range jobs {
		if count++; count > few {
			return nil
		}
		data = at.Append(data, job)
	}
	return data
}

// readFew is readParquet for a file of few records, without its version.
func readFew(data []byte, yield func(aurea.JobRecord) bool) error {
	for at := (aurea.RecordPosition{}); len(data) > 0; {
		job, rest, err := at.Decode(data)
		if err != nil {
			return fmt.Errorf("records: %w", err)
		}
		if !yield(job) {
			return nil
		}
		data = rest
	}
	return nil
}
