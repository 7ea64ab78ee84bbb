package store

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// createRun creates a run in the store.
func createRun(t *testing.T, s *Store, n int) aurea.Run {
	t.Helper()
	run, err := s.Create(t.Context(), storetest.NewRun(n), aurea.Submission{Owner: "here"})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// Many job records are read in order, with constant memory, during writes; they
// are deleted with their run.
func TestManyJobs(t *testing.T) {
	if testing.Short() {
		t.Skip("left out in a short run: it stores a million records")
	}
	const n = 4*blobJobs + 1
	s, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	run := storetest.Finished(createRun(t, s, 1), 0)
	log, random := aurea.NewJobLog(aurea.MaxJobs), rand.New(rand.NewPCG(1, 2))
	for i := range int64(n) {
		start := time.Duration(i) * time.Microsecond
		log.Put(i, aurea.OK, start, start+5, start+5+time.Duration(random.IntN(1e6)))
	}
	run.Samples.Jobs = log
	if _, err := s.Finish(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	run.Result, log = nil, nil

	var next, most int64
	least := inUse()
	for job, err := range s.Jobs(t.Context(), run.ID) {
		if err != nil {
			t.Fatalf("record %d: %v", next, err)
		}
		if start := time.Duration(next)*time.Microsecond + 5; job.Index != next || job.Start != start {
			t.Fatalf("record %d is %+v, want its index and the start %v", next, job, start)
		}
		next++
		if next%(n/8) == 0 {
			most = max(most, inUse()-least)
			createRun(t, s, int(1+next))
		}
	}
	if next != n || most > 32<<20 {
		t.Errorf("read %d of %d records, with %d MiB", next, n, most>>20)
	}
	var pages, left int64
	count := func(query string, into *int64) {
		if err := s.reader.QueryRowContext(t.Context(), query).Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	count("PRAGMA page_count", &pages)
	if n, err := s.Prune(t.Context(), aurea.Retention{Bytes: 1}); n != 1 || err != nil {
		t.Fatalf("%d runs were deleted, %v", n, err)
	}
	count("PRAGMA page_count", &left)
	if left > pages/10 {
		t.Errorf("the file has %d of %d pages after its only large run was deleted", left, pages)
	}
}

// inUse returns the size of the reachable heap.
func inUse() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
