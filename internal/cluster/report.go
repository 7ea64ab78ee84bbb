package cluster

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Report is what a worker did in an interval of its shard, or in several that
// were merged. Times are on the run's clock. A worker has one report under way;
// what comes meanwhile is merged into the next. The last report has a Final.
type Report struct {
	Epoch    uint64
	Seq      uint64           // from 1, without gaps
	Elapsed  time.Duration    // from the run's start to the end of the interval
	Length   time.Duration    // of the interval
	Paused   time.Duration    // part of Elapsed
	InFlight int64            // at the end of the interval
	CPU      float64          // share of the worker's cores' time, in the interval
	Failures map[string]int64 // by class, as in aurea.Progress
	Judged   *aurea.Tally     // of the interval; never nil
	Warmup   *aurea.Tally     // of the interval; nil if it has none
	Traced   []Traced         // jobs that ended in the interval
	Piece    []byte           // of the encoded breakdown: those of all reports, in order, are the whole
	Final    *Final           // of the last report; else nil
}

// A Traced is an aurea.TracedJob whose times are on the run's clock.
type Traced struct {
	Job        int64
	Start, End time.Duration
	Outcome    aurea.Outcome
	Problem    string
}

// A Final is what a worker's measurement has beyond its tallies.
type Final struct {
	Problem     string // why the jobs could not be run to their end; "" if they were
	Judged      Totals // of the judged part, with the planned jobs
	Warmup      Totals // of the warm-up
	Duration    time.Duration
	Stopped     bool
	MaxInFlight int64
	PeakFrom    time.Duration
	PeakUntil   time.Duration
	Full        bool
	FirstStart  time.Duration // negative if there was none
	LastStart   time.Duration
	OtherBusy   float64
	Failures    []aurea.ErrorClass // at most maxClasses; samples are clipped
	Health      aurea.Health
	Records     int64 // job records to collect
	Omitted     int64 // jobs without a record, for the limit of records
}

// Totals are the sums that a shard's folded reports must have. Sum is the
// beginning of the SHA-256 of the tally's binary form, so that every bucket and
// every exact sum is compared.
type Totals struct {
	Planned int64
	Started int64
	Ended   int64
	Sum     [16]byte
}

// NewReport returns an empty report, whose memory UnmarshalBinary reuses.
func NewReport() *Report { return &Report{Judged: aurea.NewTally(), Failures: map[string]int64{}} }

// TotalsOf returns the totals of a tally, which has its planned jobs.
func TotalsOf(t *aurea.Tally) Totals { panic("not yet") }

// FinalOf returns the final part of a worker's last report.
func FinalOf(m aurea.Measurement) *Final { panic("not yet") }

// TracedOf returns traced jobs of a run that started at the given time.
func TracedOf(jobs []aurea.TracedJob, start time.Time) []Traced { panic("not yet") }

// Merge adds a later report of the same worker, whose interval follows. It does
// not change other. Epoch and Seq stay.
func (r *Report) Merge(other *Report) { panic("not yet") }

// Reset empties the report for the next interval and keeps its memory.
func (r *Report) Reset() { panic("not yet") }

// Split divides a report whose breakdown is too large for one message. It
// returns the reports to send, in order, with consecutive numbers from r.Seq.
// The last of them is the one with the tallies and the Final.
func (r *Report) Split() []*Report { panic("not yet") }

// MarshalBinary returns the binary form, of at most maxReport bytes.
func (r *Report) MarshalBinary() ([]byte, error) { panic("not yet") }

// UnmarshalBinary sets the report to the one that MarshalBinary wrote, and
// checks all that needs no knowledge of the run. It reuses the tallies of r.
// After an error its content is undefined.
func (r *Report) UnmarshalBinary(data []byte) error { panic("not yet") }
