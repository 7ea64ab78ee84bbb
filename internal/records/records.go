// Package records writes and reads job records as Parquet, a few bytes a job, and
// in a binary form.
//
// The store and the exports of the API use the same Parquet. The store uses the
// binary form of aurea.RecordPosition for few records. Both are exact to the
// nanosecond. Records are read and written in batches, so memory does not grow
// with the number of jobs.
//
// The columns are job (its number in the plan), start_ns (since the start of
// the run), delay_ns (from the intended to the actual start), service_time_ns
// (from the start to the end) and status. Neighbouring jobs differ little, so
// delta encoding leaves little more than the random part of their times. An export
// of a run with scenarios has their names in a further column, scenario.
//
// In the data flow the package is beside the store and the server, which both
// use it.
package records

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// ContentType is the media type of the files.
const ContentType = "application/vnd.apache.parquet"

// A row is a record in its columns.
type row struct {
	Job     int64  `parquet:"job,delta,zstd"`
	Start   int64  `parquet:"start_ns,delta,zstd"`
	Delay   int64  `parquet:"delay_ns,delta,zstd"`
	Service int64  `parquet:"service_time_ns,delta,zstd"`
	Status  string `parquet:"status,dict,zstd"`
}

// A scenarioRow is a row of a run with scenarios.
type scenarioRow struct {
	row
	Scenario string `parquet:"scenario,dict,zstd"`
}

// newRow converts a record to a row.
func newRow(job aurea.JobRecord) row {
	return row{
		Job:     job.Index,
		Start:   int64(job.Start),
		Delay:   int64(job.Start - job.Intended),
		Service: int64(job.End - job.Start),
		Status:  job.Outcome.String(),
	}
}

// record converts a row to a record. It returns an error for an unknown status.
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
