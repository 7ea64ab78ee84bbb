package aurea

import (
	"cmp"
	"slices"
	"sync"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// records draws records of distinct jobs in any order, also at the limits of
// chunks and columns.
func records() *rapid.Generator[[]JobRecord] {
	index := rapid.OneOf(rapid.Int64Range(0, 3*logChunk),
		rapid.SampledFrom([]int64{0, logChunk - 1, logChunk, MaxJobs - 1}))
	span := rapid.OneOf(rapid.Int64Range(0, 1e9),
		rapid.SampledFrom([]int64{0, tooWide - 1, tooWide, tooWide + 1, int64(24 * time.Hour)}))
	record := rapid.Custom(func(t *rapid.T) JobRecord {
		intended := time.Duration(span.Draw(t, "intended"))
		start := intended + time.Duration(span.Draw(t, "delay"))
		end := start + time.Duration(span.Draw(t, "service"))
		return JobRecord{index.Draw(t, "index"), intended, start, end, rapid.SampledFrom(Outcomes()).Draw(t, "outcome")}
	})
	return rapid.SliceOfNDistinct(record, 0, 50, func(r JobRecord) int64 { return r.Index })
}

func put(l *JobLog, records []JobRecord) {
	for _, r := range records {
		l.Put(r.Index, r.Outcome, r.Intended, r.Start, r.End)
	}
}

// Law: All yields exactly the records that were put, in the order of the jobs,
// whatever the order of the puts and the number of goroutines.
func TestJobLogKeepsEveryRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := records().Draw(t, "records")
		goroutines := rapid.IntRange(1, 4).Draw(t, "goroutines")
		log := NewJobLog(MaxJobs)
		var group sync.WaitGroup
		for i := range goroutines {
			group.Go(func() { put(log, want[i*len(want)/goroutines:(i+1)*len(want)/goroutines]) })
		}
		group.Wait()
		slices.SortFunc(want, func(a, b JobRecord) int { return cmp.Compare(a.Index, b.Index) })
		got := slices.Collect(log.All())
		if len(want)+len(got) > 0 && !slices.Equal(want, got) {
			t.Fatalf("records (-put +got):\n%s", diff.Diff(want, got))
		}
		if log.Omitted() != 0 {
			t.Fatalf("%d records were omitted", log.Omitted())
		}
	})
}

// Goroutines can put neighboring jobs at once, as event loops do, also the first
// job of a chunk and the first slow one.
func TestJobLogConcurrentPuts(t *testing.T) {
	const writers, jobs = 4, 3 * logChunk
	log := NewJobLog(MaxJobs)
	record := func(i int64) JobRecord {
		at := time.Duration(i)
		slow := time.Duration(i%5) * tooWide / 4 // every fifth is just wide
		return JobRecord{i, at, at + slow, at + slow + slow, Outcome(i % int64(outcomes))}
	}
	var group sync.WaitGroup
	for writer := range int64(writers) {
		group.Go(func() {
			for i := writer; i < jobs; i += writers {
				put(log, []JobRecord{record(i)})
			}
		})
	}
	group.Wait()
	var n int64
	for got := range log.All() {
		if want := record(n); got != want {
			t.Fatalf("record %+v, want %+v", got, want)
		}
		n++
	}
	if n != jobs {
		t.Errorf("%d records, want %d", n, jobs)
	}
}

// A job that starts with the run, takes no time and ends ok has a record, whose
// values are all zero.
func TestJobLogKeepsAllZeros(t *testing.T) {
	log := NewJobLog(MaxJobs)
	log.Put(0, OK, 0, 0, 0)
	if got := slices.Collect(log.All()); !slices.Equal(got, []JobRecord{{}}) {
		t.Errorf("records %+v, want one with zeros", got)
	}
}

func TestJobLogOmitsJobsBeyondItsLimit(t *testing.T) {
	log := NewJobLog(MaxJobs)
	log.Put(MaxJobs-1, Failed, 1, 2, 3)
	log.Put(MaxJobs, OK, 1, 2, 3)
	log.Put(Unbounded-1, OK, 1, 2, 3)
	if got := slices.Collect(log.All()); !slices.Equal(got, []JobRecord{{MaxJobs - 1, 1, 2, 3, Failed}}) {
		t.Errorf("records %+v, want the one within the limit", got)
	}
	if got := log.Omitted(); got != 2 {
		t.Errorf("%d omitted, want 2", got)
	}
}

// Law: the logs of a plan's shards store the jobs that the plan's log stores, and
// omit the others.
func TestJobLogOfShard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := Plan{Jobs: Unbounded, Concurrency: rapid.Int64Range(1, 40).Draw(t, "concurrency")}
		weights := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 5).Draw(t, "weights")
		shard := plan.Shard(rapid.IntRange(0, len(weights)-1).Draw(t, "shard"), weights)
		if shard.Jobs == 0 {
			t.Skip("no slot")
		}
		last := shard.Deal.JobsBelow(MaxJobs) - 1 // the last job to store
		k := last + rapid.Int64Range(-2, 2).Draw(t, "distance")
		log := shard.NewJobLog()
		log.Put(k, OK, 1, 2, 3)
		if stored, want := len(slices.Collect(log.All())) == 1, shard.Job(k) < MaxJobs; stored != want {
			t.Fatalf("job %d, the shard's %d-th, is stored: %t", shard.Job(k), k, stored)
		}
		if stored, omitted := int64(len(slices.Collect(log.All()))), log.Omitted(); stored+omitted != 1 {
			t.Fatalf("%d jobs are stored and %d omitted, want one", stored, omitted)
		}
		log.Reserve(MaxJobs, 0, 1<<20) // must not exceed the log
	})
}

// Law: From yields the records from a job on, and Delete removes one record.
func TestJobLogFromAndDelete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := records().Draw(t, "records")
		log := NewJobLog(MaxJobs)
		put(log, all)
		slices.SortFunc(all, func(a, b JobRecord) int { return cmp.Compare(a.Index, b.Index) })
		index := rapid.OneOf(rapid.Int64Range(0, 3*logChunk),
			rapid.SampledFrom([]int64{0, logChunk - 1, logChunk, MaxJobs - 1, MaxJobs, Unbounded}))
		deleted, from := index.Draw(t, "deleted"), index.Draw(t, "from")
		if len(all) > 0 && rapid.Bool().Draw(t, "of those") {
			deleted = rapid.SampledFrom(all).Draw(t, "which").Index
		}
		log.Delete(deleted)
		want := slices.DeleteFunc(slices.Clone(all), func(r JobRecord) bool { return r.Index == deleted || r.Index < from })
		if got := slices.Collect(log.From(from)); len(want)+len(got) > 0 && !slices.Equal(got, want) {
			t.Fatalf("records (-want +got):\n%s", diff.Diff(want, got))
		}
		for _, r := range all {
			if r.Index == deleted {
				put(log, []JobRecord{{Index: deleted, Intended: 4, Start: 4, End: 4}})
			}
		}
		for r := range log.From(deleted) {
			if r.Index == deleted && r != (JobRecord{deleted, 4, 4, 4, OK}) {
				t.Fatalf("the record after a deleted one is %+v", r)
			}
		}
	})
}

// Jobs that other logs omitted count as omitted.
func TestJobLogOmit(t *testing.T) {
	log := NewJobLog(MaxJobs)
	log.Put(MaxJobs, OK, 1, 2, 3)
	log.Omit(5)
	if got := log.Omitted(); got != 6 {
		t.Errorf("%d omitted, want 6", got)
	}
}

func TestNilJobLogIsEmpty(t *testing.T) {
	var log *JobLog
	log.Put(0, OK, 0, 0, 0)
	log.Put(MaxJobs, OK, 0, 0, 0)
	if got := slices.Collect(log.All()); len(got) != 0 || log.Omitted() != 0 {
		t.Errorf("a nil log has %v and %d omitted", got, log.Omitted())
	}
}

func TestJobLogAllStops(t *testing.T) {
	log := NewJobLog(MaxJobs)
	for i := range int64(logChunk + 2) {
		log.Put(i, OK, 0, 0, 0)
	}
	var seen []int64
	for r := range log.All() {
		if seen = append(seen, r.Index); r.Index == 1 {
			break
		}
	}
	if !slices.Equal(seen, []int64{0, 1}) {
		t.Errorf("read %v, want 0 and 1", seen)
	}
}

// Put allocates nothing in an existing chunk, also for a slow job.
func TestJobLogPutAllocatesNothing(t *testing.T) {
	log := NewJobLog(MaxJobs)
	log.Put(0, OK, 0, 2*tooWide, 4*tooWide)
	if n := testing.AllocsPerRun(1000, func() { log.Put(logChunk-1, OK, 0, tooWide, 3*tooWide) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

// Reserved chunks store records as any other, and unused ones have none.
func TestReservedRecords(t *testing.T) {
	log := NewJobLog(MaxJobs)
	const parts = 3
	for part := range parts {
		log.Reserve(3*logChunk+1, part, parts)
	}
	want := []JobRecord{
		{Index: 5, Outcome: OK, Intended: baseMargin, Start: baseMargin, End: baseMargin}, // its base would be 0
		{Index: 6, Outcome: OK, Intended: -1, Start: -1, End: 3},                          // starts at that base, -1
		{Index: 7, Outcome: OK, Intended: 0, Start: 1, End: time.Hour},
		{Index: 3 * logChunk, Outcome: TimedOut, Intended: 2, Start: time.Hour, End: 2 * time.Hour},
		{Index: 4 * logChunk, Outcome: Cancelled, Intended: 1, Start: 1, End: 1}, // beyond what was reserved
	}
	for _, job := range want {
		log.Put(job.Index, job.Outcome, job.Intended, job.Start, job.End)
	}
	if difference := diff.Diff(want, slices.Collect(log.All())); difference != "" {
		t.Errorf("records (-want +got):\n%s", difference)
	}
	(*JobLog)(nil).Reserve(5, 0, 1)
	log.Reserve(MaxJobs+logChunk, parts-1, parts) // must not exceed the log
}

// The log of a plan with few jobs stores them all, and takes a few hundred bytes
// beside its table of chunks.
func TestJobLogOfFewJobs(t *testing.T) {
	log := Plan{Jobs: 3}.NewJobLog()
	for i := range int64(3) {
		log.Put(i, OK, 1, 2, tooWide+2)
	}
	if got := len(slices.Collect(log.All())); got != 3 {
		t.Errorf("%d records, want 3", got)
	}
	if got := len(log.chunks[0].Load().outcome); got != 3 {
		t.Errorf("the chunk has room for %d records, want 3", got)
	}
	if got := slices.Collect(log.From(4)); len(got) != 0 {
		t.Errorf("records %v beyond the plan", got)
	}
}
