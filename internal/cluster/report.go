package cluster

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Report is what a worker did in an interval of its shard, or in several that
// were merged. Times are on the run's clock. A worker has one report under way;
// what comes meanwhile is merged into the next. The last report has a Final.
//
// A Report belongs to one goroutine at a time. NewReport makes one.
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
	Traced   []Traced         // jobs that ended in the interval; at most maxTraced are sent
	SoFar    []byte           // the encoded breakdown so far; nil if unknown, and in the last report
	Piece    []byte           // of the encoded breakdown: those of all reports, in order, are the whole
	Final    *Final           // of the last report; else nil

	spare *aurea.Tally // memory for Warmup
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
	Judged      Totals // of the judged part
	Warmup      Totals // of the warm-up
	Duration    time.Duration
	Stopped     bool
	MaxInFlight int64
	PeakFrom    time.Duration
	PeakUntil   time.Duration
	Full        bool
	Lateness    []byte        // the binary form; that of an empty histogram in the closed model
	FirstStart  time.Duration // negative if there was none
	LastStart   time.Duration
	OtherBusy   float64
	Failures    []aurea.ErrorClass // at most maxClasses
	Health      aurea.Health
	IO          string // of the worker's aurea.Environment
	Records     int64  // job records to collect
	Omitted     int64  // jobs without a record, for the limit of records
}

// Totals are the sums that a shard's folded reports must have. Sum is the
// beginning of the SHA-256 of the tally's binary form, so that every bucket and
// every exact sum is compared.
type Totals struct {
	Planned   int64
	Started   int64
	Accounted int64
	Sum       [16]byte
}

// NewReport returns an empty report.
func NewReport() *Report { return &Report{Judged: aurea.NewTally(), Failures: map[string]int64{}} }

// TotalsOf returns the totals of a tally that has its planned jobs. Nil is an
// empty tally.
func TotalsOf(t *aurea.Tally) Totals {
	if t == nil {
		t = aurea.NewTally()
	}
	totals := Totals{Planned: t.Planned, Started: t.Started, Accounted: t.Accounted()}
	sum := sha256.Sum256(t.AppendBinary(nil))
	copy(totals.Sum[:], sum[:])
	return totals
}

// Finish makes the report the last one, with what the worker measured. records
// is how many job records there are to collect.
func (r *Report) Finish(m aurea.Measurement, records int64) {
	r.Final = FinalOf(m)
	r.Final.Records, r.SoFar = records, nil
	if m.Breakdown != nil {
		r.Piece = m.Breakdown.AppendBinary(nil)
	}
}

// recordCount returns how many job records a worker's measurement has.
func recordCount(m aurea.Measurement) int64 {
	if m.Jobs == nil {
		return 0
	}
	return m.Tally.Started + m.Warmup.Started - m.Jobs.Omitted()
}

// FinalOf returns the final part of a worker's last report, without the number of
// records. The breakdown travels in Report.Piece.
func FinalOf(m aurea.Measurement) *Final {
	return &Final{
		Judged:      TotalsOf(m.Tally),
		Warmup:      TotalsOf(m.Warmup),
		Duration:    m.Duration,
		Stopped:     m.Stopped,
		MaxInFlight: m.MaxInFlight,
		PeakFrom:    m.PeakFrom,
		PeakUntil:   m.PeakUntil,
		Full:        m.Full,
		Lateness:    m.Lateness.AppendBinary(nil),
		FirstStart:  m.FirstStart,
		LastStart:   m.LastStart,
		OtherBusy:   m.OtherBusy,
		Failures:    mostFrequent(m.Failures),
		Health:      m.Health,
		IO:          m.Environment.IO,
		Omitted:     m.Jobs.Omitted(),
	}
}

// TracedOf returns traced jobs of a run that started at the given time.
func TracedOf(jobs []aurea.TracedJob, start time.Time) []Traced {
	var traced []Traced
	for _, job := range jobs {
		traced = append(traced, Traced{
			Job: job.Job, Start: job.Start.Sub(start), End: job.End.Sub(start), Outcome: job.Outcome, Problem: job.Problem,
		})
	}
	return traced
}

// tracedJobs is the inverse of TracedOf.
func tracedJobs(traced []Traced, start time.Time) []aurea.TracedJob {
	var jobs []aurea.TracedJob
	for _, t := range traced {
		jobs = append(jobs, aurea.TracedJob{
			Job: t.Job, Start: start.Add(t.Start), End: start.Add(t.End), Outcome: t.Outcome, Problem: t.Problem,
		})
	}
	return jobs
}

// Merge adds a later report of the same worker, whose interval follows. Epoch and
// Seq stay. It does not change other.
func (r *Report) Merge(other *Report) {
	r.extend(other)
	r.Judged.Merge(other.Judged)
	if other.Warmup != nil {
		r.warmup().Merge(other.Warmup)
	}
}

// extend is Merge without the tallies.
func (r *Report) extend(other *Report) {
	if length := r.Length + other.Length; length > 0 {
		r.CPU = (r.CPU*r.Length.Seconds() + other.CPU*other.Length.Seconds()) / length.Seconds()
		r.Length = length
	}
	r.Elapsed, r.Paused, r.InFlight = other.Elapsed, other.Paused, other.InFlight
	for class, n := range other.Failures {
		r.Failures[class] += n
	}
	r.Traced = append(r.Traced, other.Traced...)
	r.Piece = append(r.Piece, other.Piece...)
	if other.SoFar != nil {
		r.SoFar = other.SoFar
	}
	r.Final = other.Final
}

// warmup returns r.Warmup, an empty tally if there was none.
func (r *Report) warmup() *aurea.Tally {
	if r.Warmup == nil {
		if r.spare == nil {
			r.spare = aurea.NewTally()
		}
		r.Warmup = r.spare
	}
	return r.Warmup
}

// Reset empties the report for the next interval and keeps its memory.
func (r *Report) Reset() {
	r.Judged.Reset()
	clear(r.Failures)
	if r.Warmup != nil {
		r.spare = r.Warmup
		r.spare.Reset()
	}
	*r = Report{Judged: r.Judged, Failures: r.Failures, spare: r.spare}
}

// Split divides a report whose breakdown does not fit into one message. It
// returns the reports to send, in order, with numbers from r.Seq on. The last one
// is r itself with its new number. The others only have a piece of the breakdown;
// their interval is empty, at the beginning of r's.
func (r *Report) Split() []*Report {
	var reports []*Report
	for whole := r.Piece; len(whole) > maxPiece; {
		piece := NewReport()
		piece.Epoch, piece.Seq, piece.Elapsed, piece.Paused = r.Epoch, r.Seq, r.Elapsed-r.Length, 0
		piece.InFlight, piece.CPU, piece.Piece = r.InFlight, r.CPU, whole[:maxPiece]
		reports = append(reports, piece)
		r.Seq++
		whole = whole[maxPiece:]
		r.Piece = whole
	}
	return append(reports, r)
}

// otherClass sums up the classes that a report has no room for.
const otherClass = "other"

// fewClasses returns at most maxClasses of the failures, and the rest as
// otherClass. Names that are too long are clipped.
func fewClasses(failures map[string]int64) map[string]int64 {
	fits := len(failures) <= maxClasses
	for class := range failures {
		fits = fits && clipTo(maxClass, class) == class
	}
	if fits {
		return failures
	}
	var list []aurea.ErrorClass
	for class, n := range failures {
		list = append(list, aurea.ErrorClass{Class: class, Count: n})
	}
	few := map[string]int64{}
	for _, class := range mostFrequent(list) {
		few[class.Class] = class.Count
	}
	return few
}

// mostFrequent returns at most maxClasses of the classes, the most frequent
// first, and the rest as otherClass. Their texts are clipped.
func mostFrequent(classes []aurea.ErrorClass) []aurea.ErrorClass {
	merged := map[string]aurea.ErrorClass{}
	for _, class := range sorted(classes) {
		class.Class, class.Sample = clipTo(maxClass, class.Class), clipTo(maxText, class.Sample)
		if _, known := merged[class.Class]; !known && len(merged) >= maxClasses-1 {
			class.Class = otherClass
		}
		if before, known := merged[class.Class]; known {
			class.Count, class.Sample = class.Count+before.Count, before.Sample
		}
		merged[class.Class] = class
	}
	return sorted(slices.Collect(maps.Values(merged)))
}

// sorted returns the classes, the most frequent first.
func sorted(classes []aurea.ErrorClass) []aurea.ErrorClass {
	return slices.SortedFunc(slices.Values(classes), func(a, b aurea.ErrorClass) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class))
	})
}
