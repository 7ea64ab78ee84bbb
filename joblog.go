package aurea

import (
	"iter"
	"sync/atomic"
	"time"
)

const (
	logChunk  = 1 << 13 // records in a chunk: 128 KiB
	logChunks = (MaxJobs + logChunk - 1) / logChunk
)

// A JobLog keeps a record of every job that was started, up to MaxJobs of them,
// in 16 bytes each. Memory is taken in chunks as jobs come.
//
// Put may be called from several goroutines at once, as long as no two put the
// same job. The rest is for when all of them are done. A nil JobLog is empty
// and keeps nothing.
type JobLog struct {
	chunks  [logChunks]atomic.Pointer[[logChunk]record]
	omitted atomic.Int64
}

// A record holds start<<8 | flags<<4 | outcome + 1, and the service time; the
// zero record is a job that never started.
type record struct{ start, service uint64 }

// fromBeginning marks a job that was intended to start with the run. Any other
// job was intended to start when it did.
const fromBeginning = 1 << 4

// A JobRecord is what became of one job. Times count from the run's start.
type JobRecord struct {
	Index                int64 // 0 … Jobs-1 within the plan
	Intended, Start, End time.Duration
	Outcome              Outcome
}

// Put keeps the record of the plan's i-th job. In the closed model a job is
// intended either at the run's beginning (0) or when it starts.
func (l *JobLog) Put(i int64, outcome Outcome, intended, start, end time.Duration) {
	if l == nil {
		return
	}
	if i >= MaxJobs {
		l.omitted.Add(1)
		return
	}
	chunk := l.chunks[i/logChunk].Load()
	if chunk == nil {
		chunk = l.grow(i / logChunk)
	}
	word := uint64(start)<<8 | uint64(outcome+1)
	if intended != start {
		word |= fromBeginning
	}
	chunk[i%logChunk] = record{word, uint64(end - start)}
}

func (l *JobLog) grow(i int64) *[logChunk]record {
	fresh := new([logChunk]record)
	if l.chunks[i].CompareAndSwap(nil, fresh) {
		return fresh
	}
	return l.chunks[i].Load()
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
		for c := range l.chunks {
			chunk := l.chunks[c].Load()
			if chunk == nil {
				continue
			}
			for i, r := range chunk {
				if r.start != 0 && !yield(r.decode(int64(c)*logChunk+int64(i))) {
					return
				}
			}
		}
	}
}

func (r record) decode(index int64) JobRecord {
	start := time.Duration(r.start >> 8)
	job := JobRecord{
		Index:    index,
		Intended: start,
		Start:    start,
		End:      start + time.Duration(r.service),
		Outcome:  Outcome(r.start&0xf) - 1,
	}
	if r.start&fromBeginning != 0 {
		job.Intended = 0
	}
	return job
}
