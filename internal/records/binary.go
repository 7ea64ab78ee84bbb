package records

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Position encodes and decodes the binary form of records, one after the
// other in the order of their jobs. The zero Position is before job 0. It is not
// safe for concurrent use.
//
// A record has the distance of its job and of its start from those of the record
// before, its delay and its service time, as varints. That takes 9 bytes and
// 60 ns a job; as Parquet it takes 6 bytes and 390 ns (BenchmarkRecords in
// internal/cluster), and a kilobyte a file.
type Position struct {
	Job   int64 // the least number that the next job may have
	start time.Duration
}

const (
	// MaxBinary is the most bytes of a record in the binary form.
	MaxBinary = 4 * binary.MaxVarintLen64

	// maxJob is more than the number of any job, maxTime longer than any run. Sums
	// of either do not overflow.
	maxJob  = 1 << 53
	maxTime = math.MaxInt64 / 4

	outcomes = int64(aurea.Lost) + 1
)

// ErrBinary is the error for data that is not the binary form of records.
var ErrBinary = errors.New("not the binary form of job records")

// Append appends a record. Its job is at the position or behind it.
func (p *Position) Append(data []byte, job aurea.JobRecord) []byte {
	data = binary.AppendUvarint(data, uint64((job.Index-p.Job)*outcomes+int64(job.Outcome)))
	data = binary.AppendVarint(data, int64(job.Start-p.start))
	data = binary.AppendUvarint(data, uint64(job.Start-job.Intended))
	data = binary.AppendUvarint(data, uint64(job.End-job.Start))
	p.Job, p.start = job.Index+1, job.Start
	return data
}

// Decode decodes the first record of data and returns what follows it. The error
// is ErrBinary.
func (p *Position) Decode(data []byte) (job aurea.JobRecord, rest []byte, err error) {
	var numbers [4]uint64
	for i := range numbers {
		v, n := binary.Uvarint(data)
		if n <= 0 {
			return job, nil, ErrBinary
		}
		numbers[i], data = v, data[n:]
	}
	step, moved := numbers[0], int64(numbers[1]>>1)^-int64(numbers[1]&1) // zigzag, as of binary.AppendVarint
	if step > maxJob || moved > maxTime || moved < -maxTime || numbers[2] > maxTime || numbers[3] > maxTime {
		return job, nil, ErrBinary
	}
	job.Index, job.Outcome = p.Job+int64(step)/outcomes, aurea.Outcome(int64(step)%outcomes)
	job.Start = p.start + time.Duration(moved)
	job.Intended = job.Start - time.Duration(numbers[2])
	job.End = job.Start + time.Duration(numbers[3])
	if job.Index > maxJob || job.Start > maxTime || job.Start < -maxTime {
		return job, nil, ErrBinary
	}
	p.Job, p.start = job.Index+1, job.Start
	return job, data, nil
}

// few is how many records take fewer bytes in the binary form than as Parquet.
const few = 256

// fewVersion is the first byte of a file of few records. Parquet has a P there.
const fewVersion = 1

// EncodeFew returns a file of the records, which Read reads, in the binary form.
// If they are so many that Parquet takes fewer bytes, it returns nil.
func EncodeFew(jobs iter.Seq[aurea.JobRecord]) []byte {
	data, count, at := []byte{fewVersion}, 0, Position{}
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
	for at := (Position{}); len(data) > 0; {
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
