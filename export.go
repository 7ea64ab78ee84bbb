package aurea

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// jobColumns are the columns of a table of jobs, in order. Times are in seconds.
// start is relative to the run's start; timestamp is the same moment as a time.
var jobColumns = []string{"job_id", "status", "timestamp", "start", "latency", "service_time", "delay", "cost"}

// JobColumns returns the columns of a table of the jobs of a run, in order. The
// last one is scenario if the spec has scenarios.
func (s Spec) JobColumns() []string {
	if len(s.Scenarios) == 0 {
		return slices.Clone(jobColumns)
	}
	return append(slices.Clone(jobColumns), "scenario")
}

// AppendJobJSON appends a job of the result as a JSON object with all columns.
func (r *Result) AppendJobJSON(line []byte, job JobRecord) []byte {
	line = r.appendJob(line, job, r.Spec.ResolvedPricing())
	line = line[:len(line)-1]
	line = append(line, `,"start":`...)
	line = appendSeconds(line, job.Start)
	line = append(line, `,"service_time":`...)
	line = appendSeconds(line, job.End-job.Start)
	line = append(line, `,"delay":`...)
	line = appendSeconds(line, job.Start-job.Intended)
	return append(line, '}')
}

// AppendJobNDJSON is like AppendJobJSON and ends the line.
func (r *Result) AppendJobNDJSON(line []byte, job JobRecord) []byte {
	return append(r.AppendJobJSON(line, job), '\n')
}

// AppendJobCSV appends a job of the result as a CSV line with all columns, and
// ends the line.
func (r *Result) AppendJobCSV(line []byte, job JobRecord) []byte {
	line = append(line, r.ID...)
	line = append(line, `-job-`...)
	line = strconv.AppendInt(line, job.Index, 10)
	line = append(line, ',')
	line = append(line, job.Outcome.String()...)
	line = append(line, ',')
	line = r.StartTime.Add(job.Start).AppendFormat(line, jobTime)
	for _, d := range []time.Duration{job.Start, job.End - job.Intended, job.End - job.Start,
		job.Start - job.Intended} {
		line = append(line, ',')
		line = appendSeconds(line, d)
	}
	line = append(line, ',')
	line = strconv.AppendFloat(line, job.cost(r.Spec.ResolvedPricing()), 'g', -1, 64)
	if len(r.Spec.Scenarios) > 0 {
		line = append(line, ',')
		line = append(line, r.Spec.ScenarioOf(job.Index)...)
	}
	return append(line, '\n')
}

// ParseJobJSON decodes what AppendJobJSON appends. The error is an ErrInvalid.
func ParseJobJSON(line []byte) (JobRecord, error) {
	var job struct {
		ID      string  `json:"job_id"`
		Status  string  `json:"status"`
		Start   float64 `json:"start"`
		Latency float64 `json:"latency"`
		Service float64 `json:"service_time"`
		Delay   float64 `json:"delay"`
	}
	if err := json.Unmarshal(line, &job); err != nil {
		return JobRecord{}, fmt.Errorf("%w: a job's record is not JSON: %w", ErrInvalid, err)
	}
	number := job.ID[strings.LastIndex(job.ID, "-")+1:]
	index, err := strconv.ParseInt(number, 10, 64)
	if err != nil || index < 0 {
		return JobRecord{}, fmt.Errorf("%w: %q is not the id of a job", ErrInvalid, job.ID)
	}
	for _, outcome := range Outcomes() {
		if outcome.String() == job.Status {
			start := fromSeconds(job.Start)
			return JobRecord{
				Index: index, Intended: start - fromSeconds(job.Delay), Start: start,
				End:     start + fromSeconds(job.Service),
				Outcome: outcome,
			}, nil
		}
	}
	return JobRecord{}, fmt.Errorf("%w: %q is no status of a job; it is one of %s",
		ErrInvalid, job.Status, strings.Join(outcomeNames[:], ", "))
}

// fromSeconds returns the duration. It is exact for durations of a run: a float64
// has nanoseconds for up to a month.
func fromSeconds(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}
