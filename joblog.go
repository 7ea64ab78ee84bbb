package aurea

import (
	"iter"
	"math"
	"sync/atomic"
	"time"
)

const (
	logChunk  = 1 << 13 // records in a chunk
	logChunks = (MaxJobs + logChunk - 1) / logChunk
)

// A JobLog keeps a record of every job that was started, up to MaxJobs of them,
// in 13 bytes each: exact to the nanosecond, column by column. Memory is taken
// in chunks as jobs come.
//
// Put may be called from several goroutines at once, as long as no two put the
// same job. The rest is for when all of them are done. A nil JobLog is empty
// and keeps nothing.
type JobLog struct {
	chunks  [logChunks]atomic.Pointer[chunk]
	omitted atomic.Int64
}

// A JobRecord is what became of one job. Times count from the run's start.
type JobRecord struct {
	Index                int64 // 0 … Jobs-1 within the plan
	Intended, Start, End time.Duration
	Outcome              Outcome
}

type chunk struct {
	outcome [logChunk]uint8 // 0 for a job that never started, else the outcome + 1
	base    time.Duration   // what the starts are told from
	start   column
	service column
	delay   column
}

// before is how much earlier than the first job of a chunk to be put another
// one may have started and still be told in 4 bytes.
const before = time.Second

// A column holds durations in 4 bytes each, which is room for 4.29 s, and takes
// 8 more for a chunk in which one is longer, or negative. What is zero is not
// written, so that its memory is never touched.
type column struct {
	narrow [logChunk]uint32
	wide   atomic.Pointer[[logChunk]time.Duration]
}

// tooWide stands in for a duration that is in wide.
const tooWide = math.MaxUint32

func (c *column) put(i int64, d time.Duration) {
	if d == 0 {
		return
	}
	if uint64(d) < tooWide {
		c.narrow[i] = uint32(d)
		return
	}
	c.narrow[i] = tooWide
	if c.wide.Load() == nil {
		c.wide.CompareAndSwap(nil, new([logChunk]time.Duration)) // or another goroutine has
	}
	c.wide.Load()[i] = d
}

func (c *column) get(i int64) time.Duration {
	if c.narrow[i] == tooWide {
		return c.wide.Load()[i]
	}
	return time.Duration(c.narrow[i])
}

// Put keeps the record of the plan's i-th job; intended ≤ start ≤ end.
func (l *JobLog) Put(i int64, outcome Outcome, intended, start, end time.Duration) {
	if l == nil {
		return
	}
	if i >= MaxJobs {
		l.omitted.Add(1)
		return
	}
	slot := &l.chunks[i/logChunk]
	c := slot.Load()
	if c == nil {
		slot.CompareAndSwap(nil, &chunk{base: start - before}) // or another goroutine has
		c = slot.Load()
	}
	i %= logChunk
	c.outcome[i] = uint8(outcome) + 1
	c.start.put(i, start-c.base)
	c.service.put(i, end-start)
	c.delay.put(i, start-intended)
}

// Omitted is how many jobs were not kept because there were more than MaxJobs.
func (l *JobLog) Omitted() int64 {
	if l == nil {
		return 0
	}
	return l.omitted.Load()
}

// All yields the records in the order of the jobs.
func (l *JobLog) All() iter.Seq[JobRecord] {
	return func(yield func(JobRecord) bool) {
		if l == nil {
			return
		}
		for n := range l.chunks {
			c := l.chunks[n].Load()
			if c == nil {
				continue
			}
			for i := range int64(logChunk) {
				if c.outcome[i] != 0 && !yield(c.record(int64(n)*logChunk, i)) {
					return
				}
			}
		}
	}
}

func (c *chunk) record(first, i int64) JobRecord {
	start := c.base + c.start.get(i)
	return JobRecord{
		Index:    first + i,
		Intended: start - c.delay.get(i),
		Start:    start,
		End:      start + c.service.get(i),
		Outcome:  Outcome(c.outcome[i] - 1),
	}
}
