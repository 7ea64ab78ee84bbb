package store

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// kept is a run that the store has.
func createRun(t *testing.T, s *Store, n int) aurea.Run {
	t.Helper()
	run, err := s.Create(t.Context(), storetest.NewRun(n), aurea.Submission{Owner: "here"})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// Records of many jobs are read in order, in memory that does not grow with their
// number, while others write; and they go with their run.
func TestManyJobs(t *testing.T) {
	if testing.Short() {
		t.Skip("left out in a short run: it keeps a million records")
	}
	const n = 4*blobJobs + 1
	s, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	run := storetest.Finished(createRun(t, s, 1), 0)
	log, random := new(aurea.JobLog), rand.New(rand.NewPCG(1, 2))
	for i := range int64(n) {
		start := time.Duration(i) * time.Microsecond
		log.Put(i, aurea.OK, start, start+5, start+5+time.Duration(random.IntN(1e6)))
	}
	run.Result.Jobs = log
	if _, err := s.Finish(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	run.Result, log = nil, nil

	var next, most int64
	least := inUse()
	for job, err := range s.Jobs(t.Context(), run.ID) {
		if err != nil || job.Index != next || job.Start != time.Duration(next)*time.Microsecond+5 {
			t.Fatalf("record %d is %+v, %v", next, job, err)
		}
		next++
		if next%(n/8) == 0 {
			most = max(most, inUse()-least)
			createRun(t, s, int(1+next))
		}
	}
	if next != n || most > 32<<20 {
		t.Errorf("%d records of %d were read, in %d MiB", next, n, most>>20)
	}
	var pages, left int64
	count := func(query string, into *int64) {
		if err := s.reader.QueryRowContext(t.Context(), query).Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	count("PRAGMA page_count", &pages)
	if n, err := s.Prune(t.Context(), aurea.Retention{Bytes: 1}); n != 1 || err != nil {
		t.Fatalf("%d runs were forgotten, %v", n, err)
	}
	count("PRAGMA page_count", &left)
	if left > pages/10 {
		t.Errorf("the file has %d pages of %d after its only large run was forgotten", left, pages)
	}
}

// inUse is the heap that is still reachable.
func inUse() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
