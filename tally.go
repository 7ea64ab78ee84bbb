package aurea

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// An Outcome is how a job ended.
type Outcome uint8

// The outcomes. Every planned job has exactly one.
const (
	OK        Outcome = iota
	Failed            // ended with an error
	TimedOut          // took longer than the timeout allowed
	Cancelled         // the run was stopped before the job ended, or before it started
	Dropped           // not started, because no slot was free
	Lost              // its worker was lost
	outcomes
)

var outcomeNames = [outcomes]string{"ok", "failed", "timeout", "cancelled", "dropped", "lost"}

func (o Outcome) String() string { return outcomeNames[o] }

// Outcomes returns all outcomes, in order.
func Outcomes() []Outcome { return []Outcome{OK, Failed, TimedOut, Cancelled, Dropped, Lost} }

// Counts has the number of planned jobs and of jobs with each outcome. In a
// finished run, Planned is the sum of the others.
type Counts struct {
	Planned   int64 `json:"planned"`
	OK        int64 `json:"ok"`
	Failed    int64 `json:"failed"`
	Timeout   int64 `json:"timeout"`
	Cancelled int64 `json:"cancelled"`
	Dropped   int64 `json:"dropped"`
	Lost      int64 `json:"lost"`
}

// Of returns the count of one outcome.
func (c *Counts) Of(o Outcome) int64 { return *c.at(o) }

func (c *Counts) at(o Outcome) *int64 {
	return [outcomes]*int64{&c.OK, &c.Failed, &c.Timeout, &c.Cancelled, &c.Dropped, &c.Lost}[o]
}

// Ended returns how many jobs ran to their end: ok, failed or timeout.
func (c Counts) Ended() int64 { return c.OK + c.Failed + c.Timeout }

// Owed returns how many jobs the load asked for without cancelling them.
func (c Counts) Owed() int64 { return c.Ended() + c.Dropped + c.Lost }

// Accounted returns how many jobs have an outcome.
func (c Counts) Accounted() int64 { return c.Owed() + c.Cancelled }

// ErrorRate returns the share of owed jobs that did not end ok; 0 without owed
// jobs.
func (c Counts) ErrorRate() float64 { return ratio(float64(c.Owed()-c.OK), float64(c.Owed())) }

// Add adds the counts of other.
func (c *Counts) Add(other Counts) {
	c.Planned += other.Planned
	for _, o := range Outcomes() {
		*c.at(o) += other.Of(o)
	}
}

// Check checks the identity of a finished run: every planned job has an outcome.
func (c Counts) Check() error {
	if sum := c.Accounted(); sum != c.Planned {
		return fmt.Errorf("the accounting does not add up: %d planned, %d accounted for (%+v)", c.Planned, sum, c)
	}
	return nil
}

// A Tally counts and measures the jobs of a run or a part of it, such as an
// interval or one core's share of it. Merging is commutative and associative, so
// it does not matter how the run was cut.
//
// A Tally belongs to one goroutine at a time. Recording allocates only when a
// histogram meets a new range of durations.
type Tally struct {
	Counts
	Started       int64           // jobs started, ended or not
	Latency       *hist.Histogram // end − intended start, of jobs that ended ok
	ServiceTime   *hist.Histogram // end − start, of jobs that ended
	Delay         *hist.Histogram // start − intended start, of jobs that ended
	FailedLatency *hist.Histogram // end − intended start, of failed jobs and timeouts
}

// NewTally returns an empty tally.
func NewTally() *Tally {
	return &Tally{Latency: hist.New(), ServiceTime: hist.New(), Delay: hist.New(), FailedLatency: hist.New()}
}

// End records a job that ran to its end. outcome is OK, Failed or TimedOut. The
// three times are on one clock, and intended ≤ start ≤ end.
func (t *Tally) End(outcome Outcome, intended, start, end time.Duration) {
	switch outcome {
	case OK:
		t.OK++
		t.Latency.Record(end - intended)
	case TimedOut:
		t.Timeout++
		t.FailedLatency.Record(end - intended)
	default:
		t.Failed++
		t.FailedLatency.Record(end - intended)
	}
	t.ServiceTime.Record(end - start)
	t.Delay.Record(start - intended)
}

// EndPunctual records jobs that ended ok and started when intended, all at once, by
// their latencies. It does not change them.
func (t *Tally) EndPunctual(latencies *hist.Histogram) {
	n := latencies.Count()
	t.OK += n
	t.Latency.Merge(latencies)
	t.ServiceTime.Merge(latencies)
	t.Delay.RecordN(0, n)
}

// Merge adds other, which may be nil. It does not change other.
func (t *Tally) Merge(other *Tally) {
	if other == nil {
		return
	}
	t.Add(other.Counts)
	t.Started += other.Started
	t.Latency.Merge(other.Latency)
	t.ServiceTime.Merge(other.ServiceTime)
	t.Delay.Merge(other.Delay)
	t.FailedLatency.Merge(other.FailedLatency)
}

// Reset empties the tally and keeps its memory.
func (t *Tally) Reset() {
	t.Counts, t.Started = Counts{}, 0
	t.Latency.Reset()
	t.ServiceTime.Reset()
	t.Delay.Reset()
	t.FailedLatency.Reset()
}

// Clone returns an independent copy.
func (t *Tally) Clone() *Tally {
	clone := *t
	clone.Latency = t.Latency.Clone()
	clone.ServiceTime = t.ServiceTime.Clone()
	clone.Delay = t.Delay.Clone()
	clone.FailedLatency = t.FailedLatency.Clone()
	return &clone
}
