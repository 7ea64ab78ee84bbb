package aurea

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func anyJob(t *rapid.T) JobRecord {
	span := rapid.OneOf(rapid.Int64Range(0, 3000), rapid.Int64Range(0, int64(100*time.Hour)))
	intended := time.Duration(span.Draw(t, "intended"))
	start := intended + time.Duration(span.Draw(t, "delay"))
	return JobRecord{
		Index:    rapid.Int64Range(0, MaxJobs).Draw(t, "index"),
		Intended: intended, Start: start, End: start + time.Duration(span.Draw(t, "service")),
		Outcome: rapid.SampledFrom(Outcomes()).Draw(t, "outcome"),
	}
}

// Law: a job's JSON decodes to the same job, to the nanosecond.
func TestJobsSurviveExport(t *testing.T) {
	several := []Scenario{{Spec: Spec{Name: "sign_in"}}, {Spec: Spec{Name: "browse.all-of"}}}
	rapid.Check(t, func(t *rapid.T) {
		r := &Result{ID: "benchmark-x", StartTime: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)}
		r.Spec.Scenarios = several[:2*rapid.IntRange(0, 1).Draw(t, "with scenarios")]
		job := anyJob(t)
		line := r.AppendJobJSON(nil, job)
		got, err := ParseJobJSON(line)
		if err != nil || got != job {
			t.Fatalf("%+v decodes to %+v (%v) from %s", job, got, err, line)
		}
		// The CSV line has the same values.
		var members map[string]any
		decoder := json.NewDecoder(strings.NewReader(string(line)))
		decoder.UseNumber()
		if err := decoder.Decode(&members); err != nil {
			t.Fatal(err)
		}
		columns := r.Spec.JobColumns()
		row, err := csv.NewReader(strings.NewReader(string(r.AppendJobCSV(nil, job)))).Read()
		if err != nil || len(row) != len(columns) || len(members) != len(columns) {
			t.Fatalf("%d columns, %d members, want %d (%v)", len(row), len(members), len(columns), err)
		}
		for i, column := range columns {
			value := members[column]
			if number, ok := value.(json.Number); ok {
				value = number.String()
			}
			if row[i] != value {
				t.Errorf("%s is %q in CSV, %q in JSON", column, row[i], value)
			}
		}
		if name, given := members["scenario"]; given && name != several[job.Index%2].Name {
			t.Errorf("the scenario of job %d is %v", job.Index, name)
		}
	})
}

func FuzzParseJobJSON(f *testing.F) {
	r := &Result{ID: "benchmark-x"}
	f.Add(string(r.AppendJobJSON(nil, JobRecord{Index: 7, Start: time.Second, End: time.Minute, Outcome: Failed})))
	f.Add(`{"job_id":"a-job--1"}`)
	f.Add(`{"job_id":"a-job-1","status":"ok","start":1e308}`)
	f.Fuzz(func(t *testing.T, line string) {
		job, err := ParseJobJSON([]byte(line))
		if err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v is not an ErrInvalid", line, err)
		}
		if err == nil && job.Index < 0 {
			t.Errorf("%q has the index %d", line, job.Index)
		}
		if err == nil && job.Outcome >= outcomes {
			t.Errorf("%q has the outcome %d", line, job.Outcome)
		}
	})
}
