package aurea

import (
	"iter"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// logChunk is the number of records in a chunk.
const logChunk = 1 << 12

// A JobLog stores a record of every started job, up to MaxJobs of them. A record
// takes 13 bytes and is exact to the nanosecond. The log allocates memory in
// chunks, as jobs arrive, for no more jobs than it stores.
//
// Several goroutines may call Put at once if no two put the same job. The methods
// that read must not run at the same time. A nil JobLog is empty and stores
// nothing; the zero JobLog has room for no job.
type JobLog struct {
	chunks  []atomic.Pointer[chunk]
	adding  sync.Mutex // serializes the allocation of chunks
	jobs    uint64     // that are stored: those with a lower number
	omitted atomic.Int64
}

// NewJobLog returns an empty log for the given number of jobs, from 0 to MaxJobs.
func NewJobLog(jobs int64) *JobLog {
	return &JobLog{
		chunks: make([]atomic.Pointer[chunk], (jobs+logChunk-1)/logChunk),
		jobs:   uint64(jobs),
	}
}

// NewJobLog returns an empty log for the plan's jobs. Of a shard it stores the
// jobs whose number in the whole plan is below MaxJobs.
func (p Plan) NewJobLog() *JobLog { return NewJobLog(min(p.numbers(), p.Deal.JobsBelow(MaxJobs))) }

// A JobRecord has the times and the outcome of one job. Times are relative to the
// run's start.
type JobRecord struct {
	Index                int64 // from 0 to Jobs-1 within the plan
	Intended, Start, End time.Duration
	Outcome              Outcome
}

// A chunk holds up to logChunk consecutive records.
type chunk struct {
	base    atomic.Int64 // the time that starts are relative to; 0 before the first record
	narrow  [][columns]uint32
	outcome []Outcome
	wide    [columns]atomic.Pointer[[]time.Duration]
}

// newChunk returns an empty chunk for n records.
func newChunk(n uint64) *chunk {
	return &chunk{narrow: make([][columns]uint32, n), outcome: make([]Outcome, n)}
}

// A column stores durations in 4 bytes each, up to 4.29 s. If a chunk has a longer
// or a negative one, the column takes another 8 bytes a record for that chunk.
const (
	startColumn = iota // relative to the chunk's base; 0 for no record
	serviceColumn
	delayColumn
	columns
)

// baseMargin is the distance from the base of a chunk to the start of its first
// record. Jobs that started up to this much earlier still fit in 4 bytes.
const baseMargin = time.Second

// tooWide marks a duration that is stored in wide.
const tooWide = math.MaxUint32

func (c *chunk) put(record *[columns]uint32, column int, i uint64, d time.Duration) {
	if uint64(d) >= tooWide {
		c.putWide(column, i, d)
		return
	}
	record[column] = uint32(d)
}

func (c *chunk) putWide(column int, i uint64, d time.Duration) {
	c.narrow[i%logChunk][column] = tooWide
	wide := &c.wide[column]
	if wide.Load() == nil {
		values := make([]time.Duration, len(c.outcome))
		wide.CompareAndSwap(nil, &values) // unless another goroutine just did
	}
	(*wide.Load())[i%logChunk] = d
}

func (c *chunk) get(column int, i uint64) time.Duration {
	if narrow := c.narrow[i%logChunk][column]; narrow != tooWide {
		return time.Duration(narrow)
	}
	return (*c.wide[column].Load())[i%logChunk]
}

// Put stores the record of the plan's i-th job; intended ≤ started ≤ ended.
func (l *JobLog) Put(i int64, outcome Outcome, intended, started, ended time.Duration) {
	if l == nil {
		return
	}
	at := uint64(i)
	if at >= l.jobs {
		l.omitted.Add(1)
		return
	}
	c := l.chunks[at/logChunk].Load()
	if c == nil {
		c = l.add(at / logChunk)
	}
	base := time.Duration(c.base.Load())
	if base == 0 {
		base = c.setBase(started)
	}
	record := &c.narrow[at%logChunk]
	if started == base {
		c.putWide(startColumn, at, 0) // a narrow 0 means no record
	} else {
		c.put(record, startColumn, at, started-base)
	}
	c.put(record, serviceColumn, at, ended-started)
	if started != intended {
		c.put(record, delayColumn, at, started-intended)
	}
	if outcome != OK {
		c.outcome[at%logChunk] = outcome
	}
}

// setBase sets the base of the chunk, by the start of its first record, and
// returns it.
func (c *chunk) setBase(started time.Duration) time.Duration {
	base := started - baseMargin
	if base == 0 {
		base = -1 // 0 means no base
	}
	c.base.CompareAndSwap(0, int64(base)) // unless another goroutine just did
	return time.Duration(c.base.Load())
}

// add returns chunk n. It allocates the chunk unless another goroutine just did.
func (l *JobLog) add(n uint64) *chunk {
	l.adding.Lock()
	defer l.adding.Unlock()
	if l.chunks[n].Load() == nil {
		l.chunks[n].Store(newChunk(min(logChunk, l.jobs-n*logChunk)))
	}
	return l.chunks[n].Load()
}

// Reserve allocates the memory for the records of the first jobs and touches it,
// so that no Put waits for a page fault. Several goroutines can share the work:
// each reserves one part, from 0 to parts-1.
func (l *JobLog) Reserve(jobs int64, part, parts int) {
	if l == nil {
		return
	}
	for n := part; int64(n)*logChunk < min(jobs, int64(l.jobs)); n += parts {
		c := l.add(uint64(n))
		for i := 0; i < len(c.narrow); i += pageSize / (4 * columns) {
			c.narrow[i] = [columns]uint32{}
		}
		for i := 0; i < len(c.outcome); i += pageSize {
			c.outcome[i] = OK
		}
	}
}

// pageSize is the smallest page size; larger pages are touched more than once.
const pageSize = 4096

// Omitted returns how many jobs were not stored because they exceeded MaxJobs.
func (l *JobLog) Omitted() int64 {
	if l == nil {
		return 0
	}
	return l.omitted.Load()
}

// Omit counts jobs that are stored nowhere, such as those that other logs omitted.
func (l *JobLog) Omit(jobs int64) { l.omitted.Add(jobs) }

// Delete removes the record of the plan's i-th job, if there is one. It must not
// run at the same time as a Put of the same job.
func (l *JobLog) Delete(i int64) {
	at := uint64(i)
	if at >= l.jobs {
		return
	}
	if c := l.chunks[at/logChunk].Load(); c != nil {
		c.narrow[at%logChunk] = [columns]uint32{}
		c.outcome[at%logChunk] = OK
	}
}

// All yields the records in the order of the jobs.
func (l *JobLog) All() iter.Seq[JobRecord] { return l.From(0) }

// From yields the records of the jobs from the plan's i-th on, in their order. i
// is not negative.
func (l *JobLog) From(i int64) iter.Seq[JobRecord] {
	return func(yield func(JobRecord) bool) {
		if l == nil {
			return
		}
		for n := i / logChunk; n < int64(len(l.chunks)); n++ {
			c := l.chunks[n].Load()
			if c == nil {
				continue
			}
			for at := max(i-n*logChunk, 0); at < int64(len(c.narrow)); at++ {
				if c.narrow[at][startColumn] != 0 && !yield(c.record(n*logChunk, at)) {
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
