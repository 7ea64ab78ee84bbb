package aurea

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Law: the list of jobs has exactly the records of the judged jobs, in order and
// to the nanosecond.
func TestJobsSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := Spec{NumJobs: 100, Pricing: &Pricing{PerSecond: 2, PerJob: 0.5, Currency: "USD"},
			Warmup: Duration(rapid.Int64Range(0, 2e9).Draw(t, "warm-up"))}
		log := NewJobLog(MaxJobs)
		var want []JobRecord
		span := rapid.OneOf(rapid.Int64Range(0, 3000), rapid.Int64Range(0, int64(100*time.Hour)))
		for i := range rapid.Int64Range(0, 20).Draw(t, "jobs") {
			intended := time.Duration(span.Draw(t, "intended"))
			start := intended + time.Duration(span.Draw(t, "delay"))
			job := JobRecord{
				Index: i, Outcome: rapid.SampledFrom([]Outcome{OK, Failed, TimedOut, Cancelled}).Draw(t, "outcome"),
				Intended: intended, Start: start, End: start + time.Duration(span.Draw(t, "service")),
			}
			log.Put(job.Index, job.Outcome, job.Intended, job.Start, job.End)
			if job.Intended >= time.Duration(spec.Warmup) {
				want = append(want, job)
			}
		}
		at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
		r := NewResult(NewPlan(spec, 1), Measurement{Start: at, Duration: time.Second, Tally: NewTally(),
			Warmup: NewTally(), Jobs: log})
		r.ID = "benchmark-x"
		var written bytes.Buffer
		if err := r.WriteJSON(&written, log); err != nil {
			t.Fatal(err)
		}
		var read struct {
			Jobs []struct {
				ID        string      `json:"job_id"`
				Latency   json.Number `json:"latency"`
				Cost      float64     `json:"cost"`
				Timestamp time.Time   `json:"timestamp"`
				Status    string      `json:"status"`
			} `json:"jobs"`
		}
		err := json.Unmarshal(written.Bytes(), &read)
		if err != nil || read.Jobs == nil {
			t.Fatalf("jobs %v (%v) in %s", read.Jobs, err, written.Bytes())
		}
		if len(read.Jobs) != len(want) {
			t.Fatalf("%d jobs are listed (%v), want %d: %s", len(read.Jobs), err, len(want), written.Bytes())
		}
		for i, job := range want {
			got := read.Jobs[i]
			seconds := (job.End - job.Start).Seconds()
			cost := seconds*2 + 0.5
			if job.Outcome == Cancelled {
				cost = 0
			}
			if want := fmt.Sprintf("benchmark-x-job-%d", job.Index); got.ID != want {
				t.Fatalf("job %+v has the id %s, want %s", job, got.ID, want)
			}
			if got.Status != job.Outcome.String() {
				t.Fatalf("job %+v has the status %s", job, got.Status)
			}
			if latency := nanoseconds(t, got.Latency); latency != job.End-job.Intended {
				t.Fatalf("job %+v has the latency %v", job, latency)
			}
			if math.Abs(got.Cost-cost) > 1e-12*cost {
				t.Fatalf("job %+v costs %v, want %v", job, got.Cost, cost)
			}
			if want := at.Add(job.Start).Truncate(time.Microsecond); !got.Timestamp.Equal(want) {
				t.Fatalf("job %+v starts at %v, want %v", job, got.Timestamp, want)
			}
		}
	})
}

// nanoseconds parses seconds exactly, which float64 cannot.
func nanoseconds(t *rapid.T, seconds json.Number) time.Duration {
	d, err := time.ParseDuration(seconds.String() + "s")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A result without records has no list of jobs. A result whose jobs never started
// has an empty list.
func TestJobsMember(t *testing.T) {
	for want, log := range map[string]*JobLog{"absent": nil, "[]": NewJobLog(MaxJobs)} {
		r := NewResult(NewPlan(Spec{NumJobs: 1}, 1), Measurement{Tally: NewTally(), Jobs: log})
		var written bytes.Buffer
		if err := r.WriteJSON(&written, log); err != nil {
			t.Fatal(err)
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(written.Bytes(), &members); err != nil {
			t.Fatal(err)
		}
		if jobs, there := members["jobs"]; there != (log != nil) || there && string(jobs) != want {
			t.Errorf("jobs is %s (present: %v), want %s", jobs, there, want)
		}
	}
}

// WriteJSON stops at the first error of its writer and returns it.
func TestWriteJSONStops(t *testing.T) {
	log := NewJobLog(MaxJobs)
	for i := range int64(100_000) {
		log.Put(i, OK, 0, 0, time.Second)
	}
	r := NewResult(NewPlan(Spec{NumJobs: 1}, 1), Measurement{Tally: NewTally(), Jobs: log})
	gone := &closing{room: 200_000}
	if err := r.WriteJSON(gone, log); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("WriteJSON: %v, want the writer's error", err)
	}
	if gone.tried != 1 {
		t.Errorf("%d writes follow the error", gone.tried)
	}
}

// A closing writer accepts the given number of bytes and then fails.
type closing struct{ room, tried int }

func (c *closing) Write(p []byte) (int, error) {
	if c.room < len(p) {
		c.tried++
		return 0, io.ErrClosedPipe
	}
	c.room -= len(p)
	return len(p), nil
}

// Writing a job allocates nothing, so a list of any length takes only the memory
// of the buffer.
func TestWriteJSONAllocations(t *testing.T) {
	allocations := func(jobs int64) float64 {
		log := NewJobLog(MaxJobs)
		for i := range jobs {
			log.Put(i, OK, 0, 0, time.Duration(i))
		}
		r := NewResult(NewPlan(Spec{NumJobs: 1}, 1), Measurement{Tally: NewTally(), Jobs: log})
		return testing.AllocsPerRun(3, func() { _ = r.WriteJSON(io.Discard, log) })
	}
	if few, many := allocations(10), allocations(100_000); many > few+20 {
		t.Errorf("%v allocations for 10 jobs, %v for 100,000", few, many)
	}
}

func TestAppendSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0", 1: "0.000000001", time.Second: "1", 1_500_000_000: "1.5", 100: "0.0000001",
		2*time.Hour + 10: "7200.00000001", 999_999_999: "0.999999999",
	} {
		got := string(appendSeconds(nil, d))
		f, err := strconv.ParseFloat(got, 64)
		if got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
		if err != nil || math.Abs(f-d.Seconds()) > 1e-12 {
			t.Errorf("%v reads back as %v s (%v)", d, f, err)
		}
	}
}
