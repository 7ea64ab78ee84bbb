package aurea

import (
	"iter"
	"math"
	"sync"
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
	adding  sync.Mutex // held to make a chunk
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
	base    atomic.Int64 // what the starts are told from; 0 before the first record
	narrow  [columns][logChunk]uint32
	outcome [logChunk]Outcome
}

// A column holds durations in 4 bytes each, which is room for 4.29 s, and takes
// 8 more for a chunk in which one is longer, or negative.
const (
	startColumn = iota // from the chunk's base; 0 where there is no record
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
	if uint64(d) >= tooWide {
		c.putWide(column, i, d)
		return
	}
	c.narrow[column][i%logChunk] = uint32(d)
}

func (c *chunk) putWide(column int, i uint64, d time.Duration) {
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

// Put keeps the record of the plan's i-th job; intended ≤ started ≤ ended.
func (l *JobLog) Put(i int64, outcome Outcome, intended, started, ended time.Duration) {
	if l == nil {
		return
	}
	at := uint64(i)
	if at >= MaxJobs {
		l.omitted.Add(1)
		return
	}
	c := l.chunks[at/logChunk].Load()
	if c == nil {
		c = l.add(at / logChunk)
	}
	base := time.Duration(c.base.Load())
	if base == 0 {
		base = c.settle(started)
	}
	if started == base {
		c.putWide(startColumn, at, 0) // as a narrow one it would say that there is no record
	} else {
		c.put(startColumn, at, started-base)
	}
	c.put(serviceColumn, at, ended-started)
	if started != intended {
		c.put(delayColumn, at, started-intended)
	}
	if outcome != OK {
		c.outcome[at%logChunk] = outcome
	}
}

// settle has the first record of a chunk settle its base.
func (c *chunk) settle(started time.Duration) time.Duration {
	base := started - before
	if base == 0 {
		base = -1 // 0 means that there is none
	}
	c.base.CompareAndSwap(0, int64(base)) // or another goroutine has
	return time.Duration(c.base.Load())
}

// add makes chunk n, unless another goroutine just has.
func (l *JobLog) add(n uint64) *chunk {
	l.adding.Lock()
	defer l.adding.Unlock()
	if l.chunks[n].Load() == nil {
		l.chunks[n].Store(new(chunk))
	}
	return l.chunks[n].Load()
}

// Reserve takes the memory for the records of the first so many jobs now, and
// touches it, so that no Put waits for the kernel to find a page. Several
// goroutines may share the work: each reserves the part-th of so many parts.
func (l *JobLog) Reserve(jobs int64, part, parts int) {
	if l == nil {
		return
	}
	for n := part; int64(n)*logChunk < min(jobs, MaxJobs); n += parts {
		c := l.add(uint64(n))
		for column := range c.narrow {
			for i := 0; i < logChunk; i += pageSize / 4 {
				c.narrow[column][i] = 0
			}
		}
		for i := 0; i < logChunk; i += pageSize {
			c.outcome[i] = OK
		}
	}
}

// pageSize is the smallest there is; larger pages are touched more than once.
const pageSize = 4096

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
			for i, start := range c.narrow[startColumn] {
				if start != 0 && !yield(c.record(int64(n)*logChunk, int64(i))) {
					return
				}
			}
		}
	}
}

func (c *chunk) record(first, i int64) JobRecord {
	at := uint64(i)
	started := time.Duration(c.base.Load()) + c.get(startColumn, at)
	return JobRecord{
		Index:    first + i,
		Intended: started - c.get(delayColumn, at),
		Start:    started,
		End:      started + c.get(serviceColumn, at),
		Outcome:  c.outcome[i],
	}
}
