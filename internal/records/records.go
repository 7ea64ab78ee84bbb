// Package records writes and reads records of jobs as Parquet, a few bytes a job.
//
// Its stance: one form of a job's record, in the store and in what a user takes
// away, exact to the nanosecond, and read and written in pieces: memory does not
// grow with the number of jobs.
//
// The columns are job (its number in the plan), start_ns (since the run began),
// delay_ns (from the intended to the actual start), service_time_ns (from the start
// to the end) and status. Neighbouring jobs are alike, so that differences are
// small and times of waiting take little more than what chance put into them.
//
// In the flow it stands beside the store and the server, which both use it.
package records

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// ContentType is the media type of what a Writer writes.
const ContentType = "application/vnd.apache.parquet"

// A row is a record as Parquet has it.
type row struct {
	Job     int64  `parquet:"job,delta,zstd"`
	Start   int64  `parquet:"start_ns,delta,zstd"`
	Delay   int64  `parquet:"delay_ns,delta,zstd"`
	Service int64  `parquet:"service_time_ns,delta,zstd"`
	Status  string `parquet:"status,dict,zstd"`
}

func newRow(job aurea.JobRecord) row {
	return row{
		Job:     job.Index,
		Start:   int64(job.Start),
		Delay:   int64(job.Start - job.Intended),
		Service: int64(job.End - job.Start),
		Status:  job.Outcome.String(),
	}
}

func (r row) record() (aurea.JobRecord, error) {
	for _, outcome := range aurea.Outcomes() {
		if outcome.String() == r.Status {
			start := time.Duration(r.Start)
			return aurea.JobRecord{
				Index:    r.Job,
				Intended: start - time.Duration(r.Delay),
				Start:    start,
				End:      start + time.Duration(r.Service),
				Outcome:  outcome,
			}, nil
		}
	}
	return aurea.JobRecord{}, fmt.Errorf("records: %q is not how a job can end", r.Status)
}
