package aurea

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// WriteJSON writes the result as one JSON object. If jobs is not nil, the
// object's last member is the list of jobs. The list is streamed: memory does
// not grow with the number of jobs.
func (r *Result) WriteJSON(w io.Writer, jobs *JobLog) error {
	head, err := param.PlainJSON(r)
	if err != nil {
		return err
	}
	// A short list of jobs needs no large buffer.
	out := bufio.NewWriterSize(w, int(min(64<<10, 512+r.Counts.Planned*256)))
	_, _ = out.Write(bytes.TrimSuffix(head, []byte{'}'})) // a bufio.Writer keeps its first error for Flush
	if jobs != nil {
		r.writeJobs(out, jobs)
	}
	_, _ = out.WriteString("}\n")
	return out.Flush()
}

func (r *Result) writeJobs(out *bufio.Writer, jobs *JobLog) {
	pricing := r.Spec.ResolvedPricing()
	line := make([]byte, 0, 256)
	separator := `,"jobs":[`
	warmup := time.Duration(r.Spec.Warmup)
	for job := range jobs.All() {
		if job.Intended < warmup {
			continue
		}
		line = append(line[:0], separator...)
		line = r.appendJob(line, job, pricing)
		if _, err := out.Write(line); err != nil {
			return // Flush returns the error
		}
		separator = ","
	}
	if separator != "," {
		_, _ = out.WriteString(separator)
	}
	_ = out.WriteByte(']')
}

func (r *Result) appendJob(line []byte, job JobRecord, pricing Pricing) []byte {
	line = append(line, `{"job_id":"`...)
	line = append(line, r.ID...)
	line = append(line, `-job-`...)
	line = strconv.AppendInt(line, job.Index, 10)
	line = append(line, `","latency":`...)
	line = appendSeconds(line, job.End-job.Intended)
	line = append(line, `,"cost":`...)
	line = strconv.AppendFloat(line, job.cost(pricing), 'g', -1, 64)
	line = append(line, `,"timestamp":"`...)
	line = r.StartTime.Add(job.Start).AppendFormat(line, jobTime)
	line = append(line, `","status":"`...)
	line = append(line, job.Outcome.String()...)
	if len(r.Spec.Scenarios) > 0 { // its characters need no escapes
		line = append(line, `","scenario":"`...)
		line = append(line, r.Spec.ScenarioOf(job.Index)...)
	}
	return append(line, `"}`...)
}

// jobTime is the format of a job's start.
const jobTime = "2006-01-02T15:04:05.000000Z"

// cost returns the cost of one job.
func (j JobRecord) cost(pricing Pricing) float64 {
	if j.Outcome == Cancelled {
		return 0
	}
	return pricing.Cost((j.End - j.Start).Seconds(), 1)
}

// appendSeconds appends the exact number of seconds.
func appendSeconds(line []byte, d time.Duration) []byte {
	line = strconv.AppendInt(line, int64(d/time.Second), 10)
	fraction := d % time.Second
	if fraction == 0 {
		return line
	}
	line = append(line, '.')
	for unit := time.Second / 10; fraction > 0; unit /= 10 {
		line = append(line, byte('0'+fraction/unit))
		fraction %= unit
	}
	return line
}
