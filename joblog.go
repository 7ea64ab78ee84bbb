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

// A chunk is so many neighbouring records, column by column. The pointers come
// first, so that the garbage collector looks at nothing else of it.
type chunk struct {
	wide    [columns]atomic.Pointer[[logChunk]time.Duration]
	base    time.Duration // what the starts are told from
	narrow  [columns][logChunk]uint32
	outcome [logChunk]uint8 // 0 for a job that never started, else the outcome + 1
}

// A column holds durations in 4 bytes each, which is room for 4.29 s, and takes
// 8 more for a chunk in which one is longer, or negative. What is zero is not
// written, so that its memory is never touched.
const (
	startColumn = iota // from the chunk's base
	serviceColumn
	delayColumn
	columns
)

// before is how much earlier than the first job of a chunk to be put another
// one may have started and still be told in 4 bytes.
const before = time.Second

// tooWide stands in for a duration that is in wide.
const tooWide = math.MaxUint32

func (c *chunk) put(column int, i uint64, d time.Duration) {
	if d == 0 {
		return
	}
	if uint64(d) < tooWide {
		c.narrow[column][i%logChunk] = uint32(d)
		return
	}
	c.narrow[column][i%logChunk] = tooWide
	wide := &c.wide[column]
	if wide.Load() == nil {
		wide.CompareAndSwap(nil, new([logChunk]time.Duration)) // or another goroutine has
	}
	wide.Load()[i%logChunk] = d
}

func (c *chunk) get(column int, i uint64) time.Duration {
	if narrow := c.narrow[column][i%logChunk]; narrow != tooWide {
		return time.Duration(narrow)
	}
	return c.wide[column].Load()[i%logChunk]
}

// Put keeps the record of the plan's i-th job; intended ≤ started ≤
// ended.
func (l *JobLog) Put(i int64, outcome Outcome, intended, started, ended time.Duration) {
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
		slot.CompareAndSwap(nil, &chunk{base: started - before}) // or another goroutine has
		c = slot.Load()
	}
	at := uint64(i)
	c.outcome[at%logChunk] = uint8(outcome) + 1
	c.put(startColumn, at, started-c.base)
	c.put(serviceColumn, at, ended-started)
	c.put(delayColumn, at, started-intended)
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
	at := uint64(i)
	started := c.base + c.get(startColumn, at)
	return JobRecord{
		Index:    first + i,
		Intended: started - c.get(delayColumn, at),
		Start:    started,
		End:      started + c.get(serviceColumn, at),
		Outcome:  Outcome(c.outcome[i] - 1),
	}
}
